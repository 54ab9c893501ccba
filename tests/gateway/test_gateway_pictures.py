"""Pictures as they are kept: upright, small, without a word about themselves; and files made to do harm."""

import io
import random
import time

import pytest
from PIL import Image

from gateway.pictures import MAX_PNG_BYTES, MAX_SIDE, NoPicture, Picture, clean_picture
from tests.photos import CAMERA, LEFT, RIGHT, a_bomb, a_photo, saved

QUICK_S = 5  # a bomb that were decoded would take minutes


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


def is_like(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(int(one) - other) < 40 for one, other in zip(pixel, colour, strict=False))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_photo_keeps_neither_place_nor_camera_nor_anything_else_about_itself(format_: str) -> None:
    photo = a_photo(format_=format_) + b"behind its end: N 52 31"
    assert CAMERA.encode() in photo

    picture = clean_picture(photo)

    image = opened(picture)
    assert dict(image.getexif()) == {}
    assert image.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not any(word in picture.data for word in (CAMERA.encode(), b"Exif", b"N 52", b"xmp", b"ICC"))


@pytest.mark.parametrize("key", ["comment", "icc_profile", "xmp", "exif", "pnginfo"])
def test_what_a_file_says_beside_its_pixels_is_dropped(key: str) -> None:
    from PIL import PngImagePlugin  # noqa: PLC0415 - of this test only

    image = Image.new("RGBA", (40, 40), (1, 2, 3, 100))
    if key == "pnginfo":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", "SECRET")
        notes.add_itxt("XML:com.adobe.xmp", "SECRET")
        file = saved(image, "PNG", pnginfo=notes)
    else:
        file = saved(
            image.convert("RGB"), "JPEG" if key != "icc_profile" else "WEBP", **{key: b"SECRET" * 30}
        )
    assert b"SECRET" in file

    assert b"SECRET" not in clean_picture(file).data


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photo_is_turned_upright_as_its_camera_says(turned: int) -> None:
    picture = opened(clean_picture(a_photo(120, 80, turned=turned)))
    width, height = picture.size
    corners = {
        "left": picture.getpixel((5, height // 2)),
        "right": picture.getpixel((width - 5, height // 2)),
        "top": picture.getpixel((width // 2, 5)),
        "bottom": picture.getpixel((width // 2, height - 5)),
    }
    where = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}
    other = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
    assert (width, height) == ((120, 80) if turned < 5 else (80, 120))
    assert is_like(corners[where[turned]], LEFT)
    assert is_like(corners[other[where[turned]]], RIGHT)


@pytest.mark.parametrize(
    ("size", "becomes"), [((3136, 784), (1568, 392)), ((800, 4000), (314, 1568)), ((1568, 10), (1568, 10))]
)
def test_a_large_picture_becomes_smaller_and_a_small_one_stays(
    size: tuple[int, int], becomes: tuple[int, int]
) -> None:
    picture = opened(clean_picture(saved(Image.new("RGB", size), "PNG")))
    assert picture.size == becomes
    assert max(picture.size) <= MAX_SIDE


def test_a_transparent_picture_stays_png_when_it_is_small_and_is_laid_on_white_when_not() -> None:
    small = clean_picture(saved(Image.new("RGBA", (300, 300), (255, 0, 0, 128)), "PNG"))
    assert (small.media_type, opened(small).mode) == ("image/png", "RGBA")
    noise = Image.effect_noise((1500, 1500), 90)
    noisy = Image.merge("RGBA", (noise, noise.rotate(90), noise.rotate(180), noise))
    large = clean_picture(saved(noisy, "PNG", compress_level=1))
    assert large.media_type == "image/jpeg"
    solid = clean_picture(saved(Image.new("RGBA", (300, 300), (255, 0, 0, 255)), "PNG"))
    assert solid.media_type == "image/jpeg"
    assert len(small.data) < MAX_PNG_BYTES


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK", "RGBA"])
def test_every_kind_of_pixels_is_taken(mode: str) -> None:
    format_ = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(clean_picture(saved(Image.new(mode, (30, 20)), format_))).size == (30, 20)


def test_of_an_animation_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in (LEFT, RIGHT)]
    for format_ in ("GIF", "WEBP"):
        file = saved(frames[0], format_, save_all=True, append_images=frames[1:], duration=50)
        image = opened(clean_picture(file))
        assert getattr(image, "n_frames", 1) == 1
        assert is_like(image.getpixel((15, 15)), LEFT)


def test_a_phone_s_photo_of_48_megapixels_with_more_behind_it_is_taken() -> None:
    large = Image.new("RGB", (8000, 6000), LEFT)
    phone = saved(large, "MPO", save_all=True, append_images=[Image.new("RGB", (80, 60), RIGHT)])
    image = opened(clean_picture(phone))
    assert (image.size, is_like(image.getpixel((9, 9)), LEFT)) == ((1568, 1176), True)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (a_bomb(), "pixels"),
        (a_bomb(7000, 6000), "42000000|7000 x 6000 pixels; 34,000,000"),
        (saved(Image.new("1", (9000, 9000)), "PNG"), "9000 x 9000 pixels"),
        (saved(Image.new("P", (9000, 4000)), "GIF"), "9000 x 4000 pixels"),
        (a_bomb(3000, 3000), "cannot be decoded"),
        (b"\xff\xd8" + b"\xff\xda\x00\x08" * 101, "scans"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "JPEG, PNG, WebP and GIF"),
        (b"%PDF-1.7", "JPEG, PNG, WebP and GIF"),
        (saved(Image.new("RGB", (9, 9)), "TIFF"), "JPEG, PNG, WebP and GIF"),
        (saved(Image.new("RGB", (9, 9)), "BMP"), "JPEG, PNG, WebP and GIF"),
        (a_photo()[:900], "cannot be decoded"),
    ],
)
def test_a_file_that_does_harm_or_is_no_picture_is_refused_quickly_with_the_reason(
    file: bytes, why: str
) -> None:
    began = time.monotonic()
    with pytest.raises(NoPicture, match=why) as caught:
        clean_picture(file)
    assert time.monotonic() - began < QUICK_S
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL", "ignore::UserWarning")
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF"])
def test_damaged_files_are_a_picture_or_refused_and_never_anything_else(format_: str) -> None:
    seed = random.Random(format_)
    whole = a_photo(60, 40, format_=format_) if format_ != "GIF" else saved(Image.new("P", (60, 40)), "GIF")
    refused = 0
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(seed.randint(1, 12)):
            damaged[seed.randrange(len(damaged))] = seed.randrange(256)
        try:
            assert clean_picture(bytes(damaged[: seed.randint(len(damaged) // 2, len(damaged))])).data
        except NoPicture:
            refused += 1
    assert refused > 20, "the files were not damaged at all"
