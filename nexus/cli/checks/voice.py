"""Who turns voice messages into words, by the settings. Nobody is asked: a listing would not tell."""

from agents.config import AgentSettings
from agents.voice import NOBODY, TURNED_OFF, find_voice
from nexus.cli.checks.finding import Finding, Level


def check_voice(settings: AgentSettings) -> Finding:
    """Nobody is well as long as nobody was wanted; what was wanted and cannot work is a problem."""
    voice = find_voice(settings)
    wanted = voice.problem not in (None, NOBODY, TURNED_OFF)
    return Finding(Level.WARN if wanted else Level.OK, "voice", voice.text)
