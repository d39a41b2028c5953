"""Small files of every kind, made on the spot, and ways to spoil them."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

HEIC = (Path(__file__).parent / "files" / "phone.heic").read_bytes()  # 640×480, 2026-03-02 09:00 at 120.205, 27.335
PLACE = (120.205, 27.335)  # in the first grid of the cast


def dms(value: float) -> tuple[float, float, float]:
    """Return degrees, minutes and seconds."""
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return float(degrees), float(minutes), (value - degrees - minutes / 60) * 3600


def exif(
    taken: str | None = "2026:03:02 09:00:00", offset: str | None = "+08:00", place: tuple[float, float] | None = PLACE,
    turn: int | None = None, gps: dict[int, Any] | None = None,
) -> bytes:  # fmt: skip
    """Return an EXIF block."""
    block = Image.Exif()
    block[0x010F] = "SecretMaker"
    if turn:
        block[0x0112] = turn
    camera = {}
    if taken:
        camera[0x9003] = taken
    if offset:
        camera[0x9011] = offset
    block._ifds[0x8769] = camera
    where: dict[int, Any] = {}
    if place:
        lon, lat = place
        where = {1: "N" if lat >= 0 else "S", 2: dms(abs(lat)), 3: "E" if lon >= 0 else "W", 4: dms(abs(lon))}
    block._ifds[0x8825] = where | (gps or {})
    return block.tobytes()


def picture(width: int = 640, height: int = 480, seed: int = 0, mode: str = "RGB") -> Image.Image:
    """Return a picture whose upper left quarter is blue and whose rest is red."""
    image = Image.new("RGB", (width, height), (200, 30, 30 + seed % 200))
    ImageDraw.Draw(image).rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=(30, 30, 200))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **how: Any) -> bytes:
    """Return a picture as a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def jpeg(width: int = 640, height: int = 480, seed: int = 0, **facts: Any) -> bytes:
    """Return a photo as a phone takes it; ``facts`` go to :func:`exif`."""
    return encoded(picture(width, height, seed), "JPEG", exif=exif(**facts))


def spoiled(content: bytes, after: bytes, by: int) -> bytes:
    """Return a file with one byte changed, ``by`` bytes after the first occurrence of ``after``."""
    at = content.index(after) + by
    return content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]


def bomb(side: int = 20_000) -> bytes:
    """Return a small PNG of very many pixels."""
    return encoded(Image.new("1", (side, side)), "PNG")


def pdf(pages: int = 2, *, password: str = "", script: bool = False) -> bytes:
    """Return a document."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": "SecretAuthor"})
    if script:
        action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('SecretScript')")}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {NameObject(key): value for key, value in action.items()}
        )
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box of an MP4 file."""
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def mp4(
    seconds: float = 8, taken: datetime | None = datetime(2026, 3, 2, 1, tzinfo=UTC),
    place: str = "+27.3350+120.2050/", brand: bytes = b"isom", pictures: bool = True,
) -> bytes:  # fmt: skip
    """Return a video as far as its boxes tell: the pictures are noise."""
    created = int((taken - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds()) if taken else 0
    times = struct.pack(">II", created, created)
    mvhd = box(b"mvhd", bytes(4), times, struct.pack(">II", 1000, int(seconds * 1000)), bytes(80))
    tkhd = box(b"tkhd", bytes(4), times, bytes(64), struct.pack(">II", 640 << 16, 480 << 16))
    mdhd = box(b"mdhd", bytes(4), times, struct.pack(">II", 1000, int(seconds * 1000)), bytes(4))
    hdlr = box(b"hdlr", bytes(8), b"vide" if pictures else b"soun", bytes(13))
    udta = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(place), 0), place.encode())) if place else b""
    film = box(b"moov", mvhd, box(b"trak", tkhd, box(b"mdia", mdhd, hdlr)), udta)
    return box(b"ftyp", brand, bytes(4), b"isom") + film + box(b"mdat", b"\x05" * 5000)


def element(key: str, *parts: bytes, unknown: bool = False) -> bytes:
    """Return an element of a WebM file."""
    body = b"".join(parts)
    size = b"\x01" + b"\xff" * 7 if unknown else (len(body) | 1 << 56).to_bytes(8, "big")
    return bytes.fromhex(key) + size + body


def webm(seconds: float = 8, *, live: bool = False, tags: bool = True) -> bytes:
    """Return a video as a browser records it; ``live``: without a length, in segments of unknown size."""
    length = b"" if live else element("4489", struct.pack(">d", seconds * 1000))
    info = element("1549A966", element("2AD7B1", (1_000_000).to_bytes(3, "big")), length)
    video = element("E0", element("B0", (640).to_bytes(2, "big")), element("BA", (480).to_bytes(2, "big")))
    tracks = element("1654AE6B", element("AE", element("83", b"\x01"), video))
    cluster = element(
        "1F43B675", element("E7", int(seconds * 1000).to_bytes(4, "big")), element("A3", bytes(500)), unknown=live
    )
    extra = element("1254C367", element("7373", b"SecretTag")) if tags else b""
    return element("1A45DFA3", element("4282", b"webm")) + element(
        "18538067", info, extra, tracks, cluster, unknown=live
    )
