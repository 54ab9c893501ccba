/** What the microphone heard, as a WAV: every transcriber plays that, and it tells how long it is. */

const RATE = 16_000; // what speech models hear
const HEAD_BYTES = 44;

/** The recording as WAV, one channel, 16 kHz, 16 bit. Rejects what this browser cannot play. */
export async function asWav(recording: Blob): Promise<Blob> {
  const context = new OfflineAudioContext(1, 1, RATE); // what it decodes has its rate
  const sound = await context.decodeAudioData(await recording.arrayBuffer());
  const channels = Array.from({ length: sound.numberOfChannels }, (_, n) => sound.getChannelData(n));
  return new Blob([wav(channels, RATE)], { type: "audio/wav" });
}

/** The channels mixed into one, as a RIFF WAVE file. Samples are from -1 to 1; what is beyond is cut. */
export function wav(channels: readonly Float32Array[], rate: number): ArrayBuffer {
  const length = channels[0]?.length ?? 0;
  const file = new DataView(new ArrayBuffer(HEAD_BYTES + 2 * length));
  const text = (at: number, words: string) => {
    for (let n = 0; n < words.length; n += 1) file.setUint8(at + n, words.charCodeAt(n));
  };
  text(0, "RIFF");
  file.setUint32(4, HEAD_BYTES - 8 + 2 * length, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true); // bytes of what describes the sound
  file.setUint16(20, 1, true); // PCM
  file.setUint16(22, 1, true); // channels
  file.setUint32(24, rate, true);
  file.setUint32(28, 2 * rate, true); // bytes a second
  file.setUint16(32, 2, true); // bytes a sample
  file.setUint16(34, 16, true); // bits a sample
  text(36, "data");
  file.setUint32(40, 2 * length, true);
  for (let at = 0; at < length; at += 1) {
    const sum = channels.reduce((mixed, channel) => mixed + (channel[at] ?? 0), 0) / channels.length;
    file.setInt16(HEAD_BYTES + 2 * at, Math.round(Math.max(-1, Math.min(1, sum)) * 0x7fff), true);
  }
  return file.buffer;
}
