"""Draws the photos of the demonstration: plain pictures of a street with the problem, or without it. No real photo."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from random import Random

from django.utils.timezone import localtime
from PIL import ExifTags, Image, ImageDraw

SIZE = (800, 600)
HORIZON, KERB = 330, 430
Place = tuple[float, float]
Drawn = ImageDraw.ImageDraw


def photo(
    look: str, *, solved: bool, street: str, variant: int, taken_at: datetime | None, place: Place | None
) -> bytes:
    """Return a JPEG of the problem ``look`` before or after, in the scenery of ``street``, as a phone writes it.

    ``taken_at`` and ``place`` (WGS 84 longitude, latitude) go into its EXIF block, where they are given.
    """
    random = Random(f"{look}/{street}/{variant}")
    picture = _scenery(street, solved).copy()
    draw = ImageDraw.Draw(picture)
    _trace(draw, random) if solved else LOOKS.get(look, _rubbish)(draw, random)
    # A camera held in the hand: no two pictures are the same.
    left, top = random.randrange(0, 40), random.randrange(0, 30)
    picture = picture.crop((left, top, left + SIZE[0] - 40, top + SIZE[1] - 30))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80, exif=exif(taken_at, place))
    return buffer.getvalue()


def exif(taken_at: datetime | None, place: Place | None) -> Image.Exif:
    """Return the block of a phone whose clock runs on the city's time."""
    block = Image.Exif()
    block[ExifTags.Base.Make], block[ExifTags.Base.Model] = "CityGrid", "demo camera"
    if taken_at is not None:
        camera = block.get_ifd(ExifTags.IFD.Exif)
        camera[ExifTags.Base.DateTimeOriginal] = f"{localtime(taken_at):%Y:%m:%d %H:%M:%S}"
        camera[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    if place is not None:
        gps = block.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", _sexagesimal(place[1])
        gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", _sexagesimal(place[0])
    return block


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 3)


@lru_cache(maxsize=64)
def _scenery(street: str, clean: bool) -> Image.Image:
    """Return houses, pavement and road; one street looks like itself every time."""
    random = Random(street)
    sky = random.choice(((196, 214, 228), (214, 220, 222), (178, 205, 232), (226, 214, 196)))
    picture = Image.new("RGB", SIZE, sky)
    draw = ImageDraw.Draw(picture)
    left = -30
    while left < SIZE[0]:
        width, top = random.randrange(110, 210), random.randrange(60, 190)
        wall = random.choice(((206, 190, 166), (182, 178, 172), (214, 202, 190), (168, 150, 138), (196, 204, 206)))
        draw.rectangle((left, top, left + width, HORIZON + 20), fill=wall)
        for x in range(left + 14, left + width - 26, 36):
            for y in range(top + 16, HORIZON - 70, 44):
                draw.rectangle((x, y, x + 20, y + 26), fill=(92, 112, 128))
        shop = random.choice(((176, 58, 52), (46, 92, 140), (60, 120, 84), (198, 152, 60)))
        draw.rectangle((left + 8, HORIZON - 62, left + width - 8, HORIZON - 40), fill=shop)
        draw.rectangle((left + 8, HORIZON - 40, left + width - 8, HORIZON + 20), fill=(72, 74, 78))
        left += width
    draw.rectangle((0, HORIZON, SIZE[0], KERB), fill=(176, 170, 162) if not clean else (184, 178, 170))
    for x in range(-200, SIZE[0] + 200, 46):
        draw.line((x, KERB, x + 60, HORIZON), fill=(158, 152, 146), width=2)
    draw.rectangle((0, KERB, SIZE[0], KERB + 12), fill=(206, 204, 200))
    draw.rectangle((0, KERB + 12, *SIZE), fill=(98, 100, 104))
    draw.line((0, 540, SIZE[0], 520), fill=(222, 222, 214), width=6)
    x = random.randrange(60, 700)
    draw.rectangle((x, 250, x + 12, KERB - 20), fill=(104, 84, 62))
    draw.ellipse((x - 70, 150, x + 82, 290), fill=(86, 128, 78))
    return picture


def _trace(draw: Drawn, random: Random) -> None:
    """Where something was there is a clean, damp spot."""
    x, y = random.randrange(240, 480), random.randrange(350, 400)
    draw.ellipse((x, y, x + 190, y + 46), fill=(168, 166, 162))


def _rubbish(draw: Drawn, random: Random) -> None:
    for _bag in range(random.randrange(9, 16)):
        x, y, size = random.randrange(220, 520), random.randrange(330, 410), random.randrange(26, 58)
        colour = random.choice(((40, 42, 48), (226, 226, 230), (60, 104, 74), (196, 60, 56), (222, 186, 92)))
        draw.ellipse((x, y, x + size, y + size * 0.8), fill=colour, outline=(30, 30, 30))


def _dirt(draw: Drawn, random: Random) -> None:
    for _spot in range(60):
        x, y, size = random.randrange(120, 680), random.randrange(440, 570), random.randrange(10, 60)
        draw.ellipse((x, y, x + size, y + size * 0.35), fill=(112 + random.randrange(24), 86, 60))


def _bin(draw: Drawn, random: Random) -> None:
    x = random.randrange(260, 480)
    draw.polygon(((x, 300), (x + 70, 312), (x + 60, 410), (x + 6, 404)), fill=(58, 96, 72), outline=(24, 40, 30))
    draw.polygon(((x + 74, 360), (x + 130, 380), (x + 120, 414), (x + 70, 404)), fill=(44, 74, 56))


def _posters(draw: Drawn, random: Random) -> None:
    for _paper in range(14):
        x, y = random.randrange(200, 560), random.randrange(200, 310)
        colour = random.choice(((240, 236, 222), (246, 214, 120), (232, 170, 170)))
        draw.rectangle((x, y, x + 36, y + 26), fill=colour, outline=(120, 110, 100))
        draw.line((x + 5, y + 9, x + 30, y + 9), fill=(160, 30, 30), width=3)
        draw.line((x + 5, y + 17, x + 26, y + 17), fill=(60, 60, 60), width=2)


def _bikes(draw: Drawn, random: Random) -> None:
    for index in range(8):
        x, y = 170 + index * 58 + random.randrange(-12, 12), random.randrange(360, 392)
        colour = random.choice(((34, 140, 214), (246, 196, 34), (48, 170, 108)))
        for wheel in (0, 46):
            draw.ellipse((x + wheel, y, x + wheel + 34, y + 34), outline=(28, 28, 28), width=4)
        draw.line((x + 17, y + 17, x + 36, y - 12, x + 63, y + 17), fill=colour, width=6)
        draw.line((x + 36, y - 12, x + 60, y - 20), fill=(28, 28, 28), width=4)


def _stall(draw: Drawn, random: Random) -> None:
    x = random.randrange(200, 400)
    colour = random.choice(((204, 62, 56), (44, 112, 168), (66, 140, 84)))
    draw.polygon(((x - 30, 250), (x + 110, 200), (x + 250, 250)), fill=colour)
    draw.rectangle((x + 104, 250, x + 112, 350), fill=(120, 120, 120))
    draw.rectangle((x, 346, x + 220, 420), fill=(150, 112, 70))
    for index in range(12):
        at, size = x + 10 + index * 17, random.randrange(18, 28)
        fruit = random.choice(((226, 130, 40), (196, 40, 48), (120, 170, 60)))
        draw.ellipse((at, 330, at + size, 330 + size), fill=fruit)


def _smoke(draw: Drawn, random: Random) -> None:
    x = random.randrange(300, 440)
    draw.rectangle((x, 350, x + 90, 400), fill=(70, 66, 64))
    for index in range(22):
        size, grey = 30 + index * 5, 120 + index * 4
        left = x + 30 + random.randrange(-20, 20) + index * 6
        draw.ellipse((left - size / 2, 330 - index * 14, left + size / 2, 330 - index * 14 + size), fill=(grey,) * 3)


def _board(draw: Drawn, random: Random) -> None:
    x, colour = random.randrange(240, 420), random.choice(((210, 50, 50), (240, 170, 40), (60, 80, 170)))
    draw.polygon(((x, 190), (x + 190, 236), (x + 176, 300), (x - 12, 254)), fill=colour, outline=(40, 40, 40))
    draw.line((x + 30, 230, x + 150, 260), fill=(250, 246, 230), width=12)
    draw.line((x + 80, 290, x + 90, 400), fill=(80, 80, 84), width=8)


def _works(draw: Drawn, random: Random) -> None:
    x = random.randrange(180, 380)
    draw.polygon(((x, 420), (x + 110, 330), (x + 250, 420)), fill=(196, 168, 118))
    for index in range(5):
        draw.rectangle((x + 220 + index * 4, 404 - index * 18, x + 300 + index * 4, 420 - index * 18),
                       fill=(168, 164, 158), outline=(110, 108, 104))  # fmt: skip


def _manhole(draw: Drawn, random: Random) -> None:
    x, y = random.randrange(260, 440), random.randrange(450, 490)
    draw.ellipse((x, y, x + 150, y + 62), fill=(20, 20, 22), outline=(60, 60, 64), width=6)
    draw.ellipse((x + 90, y + 22, x + 230, y + 80), fill=(78, 76, 74), outline=(44, 44, 46), width=5)
    for line in range(4):
        draw.line((x + 112, y + 38 + line * 10, x + 208, y + 38 + line * 10), fill=(56, 54, 52), width=3)


def _lamp(draw: Drawn, random: Random) -> None:
    draw.rectangle((0, 0, *SIZE), fill=(22, 26, 40))
    draw.rectangle((0, KERB, *SIZE), fill=(36, 38, 44))
    broken = random.randrange(1, 4)
    for index in range(5):
        x, dark = 90 + index * 150, index == broken
        draw.line((x, 120, x, KERB), fill=(90, 92, 98), width=7)
        draw.line((x, 124, x + 46, 112), fill=(90, 92, 98), width=6)
        draw.ellipse((x + 34, 104, x + 70, 126), fill=(50, 52, 58) if dark else (252, 232, 164))


def _road(draw: Drawn, random: Random) -> None:
    x, y = random.randrange(220, 420), random.randrange(450, 490)
    corners = [(x + random.randrange(-20, 20) + dx, y + random.randrange(-10, 10) + dy)
               for dx, dy in ((0, 30), (60, 0), (160, 4), (220, 40), (150, 84), (50, 78))]  # fmt: skip
    draw.polygon(corners, fill=(64, 54, 44), outline=(132, 122, 110))
    for _crack in range(6):
        draw.line((x + 110, y + 40, x + random.randrange(-120, 360), y + random.randrange(-20, 120)),
                  fill=(58, 58, 60), width=3)  # fmt: skip


def _water(draw: Drawn, random: Random) -> None:
    x = random.randrange(60, 200)
    draw.ellipse((x, 400, x + 520, 560), fill=(116, 134, 146))
    for ring in range(4):
        draw.arc((x + 80 + ring * 60, 430, x + 260 + ring * 60, 500), 190, 350, fill=(190, 206, 214), width=3)


def _tree(draw: Drawn, random: Random) -> None:
    x = random.randrange(240, 420)
    draw.line((x, 150, x + 200, 400), fill=(98, 74, 52), width=20)
    for _leaf in range(50):
        at, down = x + random.randrange(60, 280), random.randrange(280, 420)
        draw.ellipse((at, down, at + 34, down + 22), fill=(70 + random.randrange(40), 120, 62))


def _fence(draw: Drawn, random: Random) -> None:
    gap = random.randrange(3, 7)
    for index in range(11):
        x, lean = 60 + index * 64, 36 if index in (gap, gap + 1) else 0
        draw.line((x + lean, 370 + lean, x, 440), fill=(232, 232, 228), width=7)
        if index not in (gap, gap + 1):
            draw.line((x, 384, x + 64, 384), fill=(232, 232, 228), width=6)


def _cable(draw: Drawn, random: Random) -> None:
    low = random.randrange(340, 410)
    for shift in range(3):
        draw.line([(x, 90 + shift * 14 + low * (1 - ((x - 400) / 420) ** 2) * 0.8) for x in range(0, 801, 40)],
                  fill=(24, 24, 26), width=4)  # fmt: skip


def _dust(draw: Drawn, random: Random) -> None:
    _works(draw, random)
    for _cloud in range(26):
        x, y, size = random.randrange(140, 620), random.randrange(280, 420), random.randrange(40, 110)
        draw.ellipse((x, y, x + size, y + size * 0.5), fill=(206, 190, 160))


def _car(draw: Drawn, random: Random) -> None:
    for x in (random.randrange(90, 180), random.randrange(400, 480)):
        colour = random.choice(((232, 232, 234), (46, 50, 58), (150, 30, 34), (60, 90, 140)))
        draw.polygon(((x + 40, 340), (x + 80, 304), (x + 180, 304), (x + 220, 340)), fill=(120, 140, 152))
        draw.rounded_rectangle((x, 336, x + 260, 396), 18, fill=colour)
        for wheel in (36, 180):
            draw.ellipse((x + wheel, 376, x + wheel + 44, 420), fill=(24, 24, 26))


LOOKS: dict[str, Callable[[Drawn, Random], None]] = {
    "rubbish": _rubbish, "dirt": _dirt, "bin": _bin, "posters": _posters, "bikes": _bikes, "stall": _stall,
    "smoke": _smoke, "board": _board, "works": _works, "manhole": _manhole, "lamp": _lamp, "road": _road,
    "water": _water, "tree": _tree, "fence": _fence, "cable": _cable, "dust": _dust, "car": _car,
}  # fmt: skip
