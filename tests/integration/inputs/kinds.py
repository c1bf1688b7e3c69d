"""A small picture in every kind of file, each beside what an independent library makes of it.

    python3 kinds.py OUT_DIR

OUT_DIR/kinds.csv has a line a kind: kind,file,lossless,tolerance. KIND.EXT is the file, KIND.truth.png the
truth as Pillow, ImageMagick or the source itself has it, turned upright and laid on white; kinds whose colour
is managed are brought to sRGB by LittleCMS. `tolerance` is the largest mean difference, of 255, between
KIND.truth.png and what a program decodes; where a kind's colour is managed, between both in sRGB.

Needs Python 3.9 with Pillow 11 or newer and numpy; ImageMagick 6 or 7 (`convert`); Debian's libtiff-tools
(`tiffcp`, `tiff2pdf`), libjpeg-turbo-progs (`cjpeg`) and poppler-utils (`pdfimages`), and Ghostscript's
profile of inks (libgs-common).
"""

import csv
import io
import pathlib
import struct
import subprocess
import sys
import zlib

import numpy
from PIL import Image, ImageCms, ImageOps

OUT = pathlib.Path(sys.argv[1])
SIZE = WIDTH, HEIGHT = 61, 47
INKS = pathlib.Path("/usr/share/color/icc/ghostscript/default_cmyk.icc")
LOSSLESS, LOSSY, MANAGED = 0.0, 1.0, 1.0
rows = []


def run(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def path(kind, ending):
    return OUT / f"{kind}.{ending}"


def note(kind, ending, truth, tolerance):
    """Writes down a file that is there, and its truth."""
    if truth.mode not in ("1", "L", "RGB", "I;16"):
        truth = truth.convert("RGB")
    truth = truth.copy()
    truth.info = {}
    truth.save(path(kind, "truth.png"))
    rows.append([kind, f"{kind}.{ending}", "no" if tolerance else "yes", tolerance])


def opened(kind, ending):
    """What Pillow reads, upright and on white."""
    picture = Image.open(path(kind, ending))
    picture.load()
    picture = ImageOps.exif_transpose(picture)
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture).convert("RGB")
    return picture


def srgb_of(picture, profile, mode="RGB"):
    """By LittleCMS."""
    if not isinstance(profile, ImageCms.ImageCmsProfile):
        profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    srgb = ImageCms.createProfile("sRGB")
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    return ImageCms.profileToProfile(picture, profile, srgb, intent, outputMode=mode)


def sources():
    """A gradient, something like a face, noise: RGB, grey, black and white, alpha, 16 bits."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    face = numpy.exp(-(((x - 30) / 12) ** 2 + ((y - 22) / 16) ** 2))
    noise = numpy.random.default_rng(7).normal(0, 3, (HEIGHT, WIDTH, 3))
    base = numpy.stack([60 + 2 * x, 90 + 1.5 * y, 140 - x + y / 2], axis=2)
    skin = numpy.array([120, 70, 40])
    deep = numpy.clip(base + face[..., None] * skin + noise, 0, 255) * 257
    rgb = Image.fromarray((deep / 257).round().astype("uint8"))
    alpha = Image.fromarray(numpy.clip(8 * y - x, 0, 255).astype("uint8"))
    return rgb, alpha, deep.round().astype("uint16")


rgb, alpha, deep = sources()
grey = rgb.convert("L")
bit = rgb.convert("1")
palette = rgb.quantize(64)
rgba = rgb.copy()
rgba.putalpha(alpha)


# PNG


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bytes(picture, *chunks, **options):
    """A PNG with chunks behind its header."""
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    data = file.getvalue()
    return data[:33] + b"".join(chunk(*each) for each in chunks) + data[33:]


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def plain_png(kind, samples, bits, colour, truth, *chunks, interlaced=False):
    """A PNG of any depth, row by row or interlaced, without filters. `samples`: rows, columns, channels."""
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    data = b""
    for left, top, across, down in passes:
        part = samples[top::down, left::across]
        for row in part.reshape(part.shape[0], -1) if part.size else []:
            if bits == 16:
                packed = row.astype(">u2").tobytes()
            elif bits == 8:
                packed = row.astype("uint8").tobytes()
            else:
                each = (row[:, None] >> numpy.arange(bits)[::-1]) & 1
                packed = numpy.packbits(each.astype("uint8").ravel()).tobytes()
            data += b"\0" + packed
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], bits, colour, 0, 0, interlaced)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    path(kind, "png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts))
    note(kind, "png", truth, LOSSLESS)


def whole(values, top):
    return Image.fromarray((values * (255 // top)).astype("uint8"))


def pngs():
    for name, picture in [("rgb", rgb), ("grey", grey), ("bit", bit), ("palette", palette)]:
        picture.save(path(f"png-{name}", "png"))
        note(f"png-{name}", "png", picture, LOSSLESS)
    for name, picture in [("rgba", rgba), ("grey-alpha", rgba.convert("LA"))]:
        picture.save(path(f"png-{name}", "png"))
        note(f"png-{name}", "png", opened(f"png-{name}", "png"), LOSSY)
    eight = numpy.asarray(grey)
    for bits in [1, 2, 4]:
        small = eight >> (8 - bits)
        for way in [False, True]:
            kind = f"png-grey{bits}" + ("-interlaced" if way else "")
            truth = whole(small, (1 << bits) - 1)
            plain_png(kind, small[..., None], bits, 0, truth, interlaced=way)
        few = rgb.quantize(1 << bits)
        table = (b"PLTE", bytes(few.getpalette()[: 3 << bits]))
        plain_png(f"png-palette{bits}", numpy.asarray(few)[..., None], bits, 3, few.convert("RGB"), table)
    colours = numpy.asarray(rgb)
    plain_png("png-rgb-interlaced", colours, 8, 2, rgb, interlaced=True)
    plain_png("png-rgb16", deep, 16, 2, Image.fromarray((deep / 257).round().astype("uint8")))
    grey16 = deep[..., 1]
    plain_png("png-grey16", grey16[..., None], 16, 0, Image.fromarray((grey16 / 257).round().astype("uint8")))
    # One value is transparent, and so becomes white.
    key = int(eight[HEIGHT // 2, WIDTH // 2])
    clear = Image.fromarray(numpy.where(eight == key, 255, eight).astype("uint8"))
    plain_png("png-grey-trns", eight[..., None], 8, 0, clear, (b"tRNS", struct.pack(">H", key)))
    key = int(grey16[HEIGHT // 2, WIDTH // 2])
    clear = Image.fromarray((numpy.where(grey16 == key, 65535, grey16) / 257).round().astype("uint8"))
    plain_png("png-grey16-trns", grey16[..., None], 16, 0, clear, (b"tRNS", struct.pack(">H", key)))
    key = [int(value) for value in colours[HEIGHT // 2, WIDTH // 2]]
    clear = Image.fromarray(numpy.where((colours == key).all(axis=2)[..., None], 255, colours).astype("uint8"))
    plain_png("png-rgb-trns", colours, 8, 2, clear, (b"tRNS", struct.pack(">3H", *key)))
    palette.save(path("png-palette-trns", "png"), transparency=bytes(range(0, 256, 4)))
    note("png-palette-trns", "png", opened("png-palette-trns", "png"), LOSSY)
    rgb.save(path("png-animated", "png"), save_all=True, append_images=[ImageOps.invert(rgb)], duration=99)
    note("png-animated", "png", rgb, LOSSLESS)


def managed_pngs():
    """Kinds whose chunks say what the values mean; sRGB by the same numbers."""
    colours, greys = numpy.asarray(rgb) / 255, numpy.asarray(grey) / 255
    p3 = [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]]
    bt2020 = [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046]]
    adobe = [[0.64, 0.33], [0.21, 0.71], [0.15, 0.06]]
    of_srgb = lambda v: numpy.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    of_bt709 = lambda v: numpy.where(v < 0.081, v / 4.5, ((v + 0.0993) / 1.0993) ** (1 / 0.45))
    power = lambda g: lambda v: v**g
    cicp = lambda *codes: (b"cICP", bytes([*codes, 0, 1]))
    gama = lambda g: (b"gAMA", struct.pack(">I", round(100000 * g)))
    chrm = lambda of: (b"cHRM", struct.pack(">8I", *(round(100000 * v) for v in [0.3127, 0.329, *sum(of, [])])))
    srgb_chunk = (b"sRGB", b"\0")
    rules = {
        "cicp-srgb": (None, of_srgb, [cicp(1, 13)]),
        "cicp-p3": (p3, of_srgb, [cicp(12, 13)]),
        "cicp-bt2020": (bt2020, of_bt709, [cicp(9, 14)]),
        "cicp-bt709": (None, of_bt709, [cicp(1, 1)]),
        "cicp-bt601": (None, of_bt709, [cicp(1, 6)]),
        "cicp-bt2020-12": (bt2020, of_bt709, [cicp(9, 15)]),
        "cicp-linear": (None, power(1), [cicp(1, 8)]),
        "cicp-before-gama": (p3, of_srgb, [cicp(12, 13), gama(1), srgb_chunk]),
        "gama-linear": (None, power(1), [gama(1)]),
        "gama-mac": (None, power(1.8), [gama(1 / 1.8)]),
        "gama-srgb": (None, of_srgb, [gama(0.45455)]),
        "gama-nought": (None, of_srgb, [gama(0)]),
        "gama-chrm": (adobe, power(2.2), [gama(0.45455), chrm(adobe)]),
        "srgb-before-gama": (None, of_srgb, [srgb_chunk, gama(1)]),
    }
    for name, (primaries, curve, chunks) in rules.items():
        kind = f"png-{name}"
        path(kind, "png").write_bytes(png_bytes(rgb, *chunks))
        note(kind, "png", srgb_values(curve(colours), primaries), MANAGED)
    for name, (curve, chunks) in {
        "grey-gama-linear": (power(1), [gama(1)]),
        "grey-cicp-bt709": (of_bt709, [cicp(1, 1)]),
    }.items():
        path(f"png-{name}", "png").write_bytes(png_bytes(grey, *chunks))
        note(f"png-{name}", "png", srgb_values(curve(greys), None), MANAGED)
    path("png-iccp-before-gama", "png").write_bytes(
        png_bytes(rgb, srgb_chunk, gama(1), icc_profile=ADOBE_RGB)
    )
    note("png-iccp-before-gama", "png", srgb_of(rgb, ADOBE_RGB), MANAGED)
    path("png-exif-adobe", "png").write_bytes(png_bytes(rgb, exif=exif_of({0xA001: 2})))
    note("png-exif-adobe", "png", srgb_of(rgb, ADOBE_RGB), MANAGED)


def xyz_of(primaries):
    """Linear RGB → XYZ, white D65."""
    corners = numpy.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    white = numpy.array([0.3127 / 0.329, 1, (1 - 0.3127 - 0.329) / 0.329])
    return corners * numpy.linalg.solve(corners, white)


def srgb_values(light, primaries):
    """Linear light of these primaries → sRGB."""
    if primaries:
        of_srgb = xyz_of([[0.64, 0.33], [0.3, 0.6], [0.15, 0.06]])
        light = light @ (numpy.linalg.solve(of_srgb, xyz_of(primaries))).T
    light = light.clip(0, 1)
    values = numpy.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return Image.fromarray((values * 255).round().astype("uint8"))


def icc_of(primaries, gamma):
    """A plain profile: three colorants, one power (ICC.1, annex F.3)."""
    bradford = numpy.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d65, d50 = numpy.array([0.95047, 1, 1.08883]), numpy.array([0.9642, 1, 0.8249])
    scale = numpy.diag((bradford @ d50) / (bradford @ d65))
    colorants = numpy.linalg.inv(bradford) @ scale @ bradford @ xyz_of(primaries)
    number = lambda v: struct.pack(">i", round(v * 65536))
    xyz = lambda values: b"XYZ \0\0\0\0" + b"".join(number(v) for v in values)
    text = b"desc\0\0\0\0\0\0\0\x05Test\0" + bytes(78)
    curve = b"curv\0\0\0\0\0\0\0\x01" + struct.pack(">H", round(gamma * 256)) + b"\0\0"
    tags = [(b"desc", text), (b"cprt", b"text\0\0\0\0None\0"), (b"wtpt", xyz(d50))]
    tags += [(name, xyz(colorants[:, i])) for i, name in enumerate([b"rXYZ", b"gXYZ", b"bXYZ"])]
    tags += [(name, curve) for name in [b"rTRC", b"gTRC", b"bTRC"]]
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags:
        table += name + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytes(8) + b"\x02\x10\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    header += b"".join(number(v) for v in d50) + bytes(48)
    profile = header + table + body
    return struct.pack(">I", len(profile)) + profile[4:]


ADOBE_RGB = icc_of([[0.64, 0.33], [0.21, 0.71], [0.15, 0.06]], 563 / 256)


def exif_of(shot=None, rules=None, orientation=None):
    """EXIF: the directories of the picture, of the shot and of interoperability."""
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    if shot:
        exif.get_ifd(0x8769).update(shot)
    if rules:
        exif.get_ifd(0x8769)[0xA005] = rules
    return exif.tobytes()


# JPEG


def jpeg(kind, picture=rgb, tolerance=LOSSY, **options):
    picture.save(path(kind, "jpg"), quality=90, **options)
    note(kind, "jpg", opened(kind, "jpg"), tolerance)
    return path(kind, "jpg").read_bytes()


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def changed(kind, data, truth, tolerance=LOSSY):
    path(kind, "jpg").write_bytes(data)
    note(kind, "jpg", truth, tolerance)


def jpegs():
    plain = jpeg("jpeg-444", subsampling="4:4:4")
    jpeg("jpeg-grey", grey)
    jpeg("jpeg-422", subsampling="4:2:2")
    jpeg("jpeg-420", subsampling="4:2:0")
    jpeg("jpeg-restarts", restart_marker_blocks=2)
    jpeg("jpeg-progressive", progressive=True)
    jpeg("jpeg-progressive-420", progressive=True, subsampling="4:2:0")
    jpeg("jpeg-progressive-grey", grey, progressive=True)
    rgb_kept = jpeg("jpeg-rgb-adobe", keep_rgb=True)
    rgb.save(OUT / "source.ppm")
    for name, factors in [("411", "4x1"), ("440", "1x2"), ("410", "4x2")]:
        kind = f"jpeg-{name}"
        run("cjpeg", "-quality", 90, "-sample", factors, "-outfile", path(kind, "jpg"), OUT / "source.ppm")
        note(kind, "jpg", opened(kind, "jpg"), LOSSY)
    kind = "jpeg-progressive-440"
    run("cjpeg", "-quality", 90, "-progressive", "-sample", "1x2", "-outfile", path(kind, "jpg"), OUT / "source.ppm")
    note(kind, "jpg", opened(kind, "jpg"), LOSSY)
    (OUT / "source.ppm").unlink()
    twin = opened("jpeg-444", "jpg")
    # Without Adobe's marker the names of the components tell: R, G, B.
    at = rgb_kept.index(b"\xff\xee")
    data = rgb_kept[:at] + rgb_kept[at + 16 :]
    path("jpeg-rgb-names", "jpg").write_bytes(data)
    note("jpeg-rgb-names", "jpg", opened("jpeg-rgb-adobe", "jpg"), LOSSY)
    for orientation in range(1, 9):
        jpeg(f"jpeg-exif{orientation}", exif=exif_of(orientation=orientation))
    changed("jpeg-garbage-behind", plain + b"garbage \xff\xd8\xff\xe0 behind" * 50, twin)
    changed("jpeg-several", plain + jpeg_of(ImageOps.invert(rgb)), twin)
    changed("jpeg-no-end", plain[:-2], twin)
    changed("jpeg-exif-broken", plain[:2] + segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff") + plain[2:], twin)
    changed("jpeg-exif-huge", plain[:2] + segment(0xE1, b"Exif\0\0" + bytes(65000)) + plain[2:], twin)
    changed("jpeg-icc-broken", plain[:2] + segment(0xE2, b"ICC_PROFILE\0\1\1nonsense") + plain[2:], twin)
    changed("jpeg-icc-incomplete", plain[:2] + segment(0xE2, b"ICC_PROFILE\0\2\3nonsense") + plain[2:], twin)
    changed("jpeg-fill-bytes", plain[:2] + b"\xff" * 9 + plain[2:], twin)
    half = len(ADOBE_RGB) // 2
    parts = [b"ICC_PROFILE\0\1\2" + ADOBE_RGB[:half], b"ICC_PROFILE\0\2\2" + ADOBE_RGB[half:]]
    data = plain[:2] + segment(0xE2, parts[1]) + segment(0xE2, parts[0]) + plain[2:]
    changed("jpeg-icc-out-of-order", data, srgb_of(twin, ADOBE_RGB))
    changed("jpeg-icc", plain[:2] + segment(0xE2, b"ICC_PROFILE\0\1\1" + ADOBE_RGB) + plain[2:], srgb_of(twin, ADOBE_RGB))
    for name, exif in [
        ("adobe", exif_of({0xA001: 2})),
        ("r03", exif_of({0xA001: 0xFFFF}, {1: "R03"})),
    ]:
        rgb.save(path(f"jpeg-exif-{name}", "jpg"), quality=90, subsampling=0, exif=exif)
        note(f"jpeg-exif-{name}", "jpg", srgb_of(twin, ADOBE_RGB), MANAGED)
    jpeg("jpeg-exif-srgb", exif=exif_of({0xA001: 1}))
    jpeg("jpeg-exif-r98", exif=exif_of({0xA001: 0xFFFF}, {1: "R98"}))


def jpeg_of(picture):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def inks():
    """CMYK and YCCK, with the profile of their inks."""
    profile = INKS.read_bytes()
    srgb, of_inks = ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(io.BytesIO(profile))
    cmyk = ImageCms.profileToProfile(rgb, srgb, of_inks, ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="CMYK")
    for name, options in [("", {}), ("-progressive", {"progressive": True})]:
        kind = f"jpeg-cmyk{name}"
        cmyk.save(path(kind, "jpg"), quality=95, icc_profile=profile, **options)
        note(kind, "jpg", srgb_of(Image.open(path(kind, "jpg")), profile), MANAGED)
    cmyk.save(OUT / "source.tif", icc_profile=profile)
    for name, factors in [("ycck", "1x1"), ("ycck-420", "2x2"), ("ycck-422", "2x1")]:
        kind = f"jpeg-{name}"
        run("convert", OUT / "source.tif", "-quality", 95, "-sampling-factor", factors, path(kind, "jpg"))
        note(kind, "jpg", srgb_of(Image.open(path(kind, "jpg")), profile), MANAGED)
    for name, options in [("", []), ("-lzw", ["-c", "lzw:2"]), ("-planar", ["-p", "separate"])]:
        run("tiffcp", *options, OUT / "source.tif", path(f"tiff-cmyk{name}", "tif"))
        note(f"tiff-cmyk{name}", "tif", srgb_of(cmyk, profile), MANAGED)
    (OUT / "source.tif").unlink()


# TIFF


def tiff(fields, strips, order="<"):
    """A TIFF of one page: (tag, type, values), strips of bytes."""
    forms = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 7: "B"}
    at = 8
    places = []
    body = b""
    for strip in strips:
        places.append(at + len(body))
        body += strip + bytes(len(strip) % 2)
    fields = [*fields, (273, 4, places), (279, 4, [len(strip) for strip in strips])]
    at += len(body)
    entries, behind = [], b""
    start = at + 2 + 12 * len(fields) + 4
    for tag, kind, values in sorted(fields):
        flat = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
        data = b"".join(struct.pack(order + forms[kind][0], value) for value in flat)
        held = data.ljust(4, b"\0")
        if len(data) > 4:
            held = struct.pack(order + "I", start + len(behind))
            behind += data + bytes(len(data) % 2)
        entries.append(struct.pack(order + "HHI", tag, kind, len(values)) + held)
    directory = struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4) + behind
    head = {"<": b"II*\0", ">": b"MM\0*"}[order]
    return head + struct.pack(order + "I", at) + body + directory


def form(photometric, bits, channels=1, compression=1, rows=HEIGHT, size=SIZE):
    return [
        (256, 3, [size[0]]), (257, 3, [size[1]]), (258, 3, [bits] * channels), (259, 3, [compression]),
        (262, 3, [photometric]), (277, 3, [channels]), (278, 3, [rows]),
    ]  # fmt: skip


def small_bits(values, bits):
    """Rows of samples of under 8 bits, each row in whole bytes."""
    each = (values.reshape(values.shape[0], -1)[..., None] >> numpy.arange(bits)[::-1]) & 1
    return numpy.packbits(each.reshape(values.shape[0], -1).astype("uint8"), axis=1).tobytes()


def tiffs():
    sources = {"rgb": rgb, "grey": grey, "bit": bit, "palette": palette, "rgba": rgba}
    for name, picture in sources.items():
        picture.save(path(f"tiff-{name}", "tif"))
        exact = LOSSY if name == "rgba" else LOSSLESS
        note(f"tiff-{name}", "tif", opened(f"tiff-{name}", "tif"), exact)
    deep_png, deep_grey = OUT / "deep.png", OUT / "deep-grey.png"
    plain_png("deep", deep, 16, 2, rgb)
    plain_png("deep-grey", deep[..., 1:2], 16, 0, rgb)
    del rows[-2:]
    for name, source in [("rgb16", deep_png), ("grey16", deep_grey)]:
        for order in ["msb", "lsb"]:
            kind = f"tiff-{name}-{order}"
            run("convert", source, "-depth", 16, "-endian", order.upper(), path(kind, "tif"))
            truth = deep if name == "rgb16" else deep[..., 1]
            note(kind, "tif", Image.fromarray((truth / 257).round().astype("uint8")), LOSSLESS)
    for leftover in OUT.glob("deep*"):
        leftover.unlink()
    copies = {
        "rgb": {
            "lzw": "-c lzw", "lzw-predictor": "-c lzw:2", "zip": "-c zip", "zip-predictor": "-c zip:2",
            "packbits": "-c packbits", "planar": "-p separate", "tiles": "-t -w 32 -l 16",
            "tiles-planar-zip": "-t -w 16 -l 32 -p separate -c zip:2", "big": "-8", "msb": "-B",
            "fill2": "-c lzw -f lsb2msb", "strips": "-r 5", "jpeg": "-c jpeg:90 -r 16", "jpeg-rgb": "-c jpeg:r:90 -r 16",
            "jpeg-tiles": "-c jpeg:90 -t -w 32 -l 32",
        },
        "grey": {"lzw": "-c lzw:2", "packbits": "-c packbits", "jpeg": "-c jpeg:90 -r 16", "tiles": "-t -w 16 -l 16"},
        "rgba": {"lzw-predictor": "-c lzw:2", "planar": "-p separate", "tiles": "-t -w 32 -l 32 -c zip"},
        "rgb16-lsb": {"lzw-predictor": "-c lzw:2", "msb-zip-predictor": "-B -c zip:2"},
        "palette": {"packbits": "-c packbits", "tiles": "-t -w 32 -l 32"},
        "bit": {
            "g3": "-c g3", "g3-2d": "-c g3:2d", "g3-fill": "-c g3:fill", "g4": "-c g4", "g4-strips": "-c g4 -r 9",
            "g4-tiles": "-c g4 -t -w 32 -l 32", "g4-fill2": "-c g4 -f lsb2msb", "g3-fill2": "-c g3 -f lsb2msb",
            "lzw": "-c lzw", "packbits": "-c packbits",
        },
    }  # fmt: skip
    for source, ways in copies.items():
        for way, options in ways.items():
            kind = f"tiff-{source}-{way}"
            run("tiffcp", *options.split(), path(f"tiff-{source}", "tif"), path(kind, "tif"))
            lossy = "jpeg" in way
            truth = opened(kind, "tif") if lossy else Image.open(path(f"tiff-{source}", "truth.png"))
            note(kind, "tif", truth, LOSSY if lossy or source == "rgba" else LOSSLESS)
    eight = numpy.asarray(grey)
    for bits in [1, 2, 4]:
        small, top = eight >> (8 - bits), (1 << bits) - 1
        for zero, values in [("black", small), ("white", top - small)]:
            kind = f"tiff-grey{bits}-{zero}0"
            photometric = 1 if zero == "black" else 0
            path(kind, "tif").write_bytes(tiff(form(photometric, bits), [small_bits(values, bits)]))
            note(kind, "tif", whole(small, top), LOSSLESS)
        few = rgb.quantize(1 << bits)
        table = numpy.array(few.getpalette()[: 3 << bits]).reshape(-1, 3).T.ravel() * 257
        fields = [*form(3, bits), (320, 3, [int(value) for value in table])]
        path(f"tiff-palette{bits}", "tif").write_bytes(tiff(fields, [small_bits(numpy.asarray(few), bits)]))
        note(f"tiff-palette{bits}", "tif", few.convert("RGB"), LOSSLESS)
    for name, extra, white in [("grey-alpha", 2, 255), ("grey-alpha-multiplied", 1, 255)]:
        of = numpy.asarray(alpha) / 255
        stored = eight if extra == 2 else numpy.minimum((eight * of).round(), numpy.asarray(alpha))
        pairs = numpy.stack([stored, numpy.asarray(alpha)], axis=2).astype("uint8")
        path(f"tiff-{name}", "tif").write_bytes(tiff([*form(1, 8, 2), (338, 3, [extra])], [pairs.tobytes()]))
        truth = (eight * of + white * (1 - of)).round().astype("uint8")
        note(f"tiff-{name}", "tif", Image.fromarray(truth), LOSSY)
    for order, name in [("<", "lsb"), (">", "msb")]:
        planes = [deep[..., channel].astype(order + "u2").tobytes() for channel in range(3)]
        path(f"tiff-rgb16-planar-{name}", "tif").write_bytes(tiff([*form(2, 16, 3), (284, 3, [2])], planes, order))
        truth = Image.fromarray((deep / 257).round().astype("uint8"))
        note(f"tiff-rgb16-planar-{name}", "tif", truth, LOSSLESS)
    luma_chroma_tiffs()
    faxes_that_end_early()
    rgb.save(path("tiff-adobe-rgb", "tif"), icc_profile=ADOBE_RGB)
    note("tiff-adobe-rgb", "tif", srgb_of(rgb, ADOBE_RGB), MANAGED)
    # The directory of EXIF stands behind the pixels.
    pixels = rgb.tobytes() + bytes(len(rgb.tobytes()) % 2)
    exif = struct.pack("<HHHIII", 1, 0xA001, 3, 1, 2, 0)
    fields = [*form(2, 8, 3), (34665, 4, [8 + len(pixels)])]
    path("tiff-exif-adobe", "tif").write_bytes(tiff(fields, [pixels + exif]))
    note("tiff-exif-adobe", "tif", srgb_of(rgb, ADOBE_RGB), MANAGED)


def luma_chroma_tiffs():
    """YCbCr, not in JPEG: data units of some luma and one pair of chroma."""
    colours = numpy.asarray(rgb).astype(float)
    wide = numpy.pad(colours, ((0, -HEIGHT % 4), (0, -WIDTH % 4), (0, 0)), "edge")
    for name, across, down, shares, studio, packed in [
        ("444", 1, 1, None, False, 1), ("422", 2, 1, None, False, 1), ("420", 2, 2, None, False, 1),
        ("420-lzw", 2, 2, None, False, 5), ("420-zip", 2, 2, None, False, 8), ("411", 4, 1, None, False, 1),
        ("410", 4, 4, None, False, 1), ("420-bt709", 2, 2, (0.2126, 0.7152, 0.0722), False, 1),
        ("420-studio", 2, 2, None, True, 1), ("420-strips", 2, 2, None, False, 1),
    ]:  # fmt: skip
        red, green, blue = shares or (0.299, 0.587, 0.114)
        luma = wide @ numpy.array([red, green, blue])
        chroma = [(wide[..., 2] - luma) / (2 - 2 * blue), (wide[..., 0] - luma) / (2 - 2 * red)]
        if studio:
            luma, chroma = 16 + luma * 219 / 255, [each * 112 / 127 for each in chroma]
        luma = luma.round().clip(0, 255)
        few = [each.reshape(wide.shape[0] // down, down, -1, across).mean(axis=(1, 3)) for each in chroma]
        few = [(each + 128).round().clip(0, 255) for each in few]
        lines = []
        for v in range(-(-HEIGHT // down)):
            line = b""
            for u in range(-(-WIDTH // across)):
                block = luma[v * down : (v + 1) * down, u * across : (u + 1) * across]
                line += bytes(int(value) for value in [*block.ravel(), few[0][v, u], few[1][v, u]])
            lines.append(line)
        step = 16 // down if name.endswith("strips") else len(lines)
        strips = [b"".join(lines[at : at + step]) for at in range(0, len(lines), step)]
        if packed == 8:
            strips = [zlib.compress(strip) for strip in strips]
        fields = [*form(6, 8, 3, packed if packed == 8 else 1, step * down), (530, 3, [across, down])]
        if shares:
            fields.append((529, 5, [(round(10000 * share), 10000) for share in shares]))
        if studio:
            fields.append((532, 5, [(v, 1) for v in (16, 235, 128, 240, 128, 240)]))
        file = path(f"tiff-ycbcr-{name}", "tif")
        file.write_bytes(tiff(fields, strips))
        if packed == 5:
            plain = tiff(form(1, 8, 1, 1, len(lines), (len(lines[0]), len(lines))), strips)
            (OUT / "plain.tif").write_bytes(plain)
            run("tiffcp", "-c", "lzw", "-r", len(lines), OUT / "plain.tif", OUT / "packed.tif")
            with Image.open(OUT / "packed.tif") as made:
                at, length = made.tag_v2[273][0], made.tag_v2[279][0]
            strip = (OUT / "packed.tif").read_bytes()[at : at + length]
            fields = [*form(6, 8, 3, 5), (530, 3, [across, down])]
            file.write_bytes(tiff(fields, [strip]))
            (OUT / "plain.tif").unlink(), (OUT / "packed.tif").unlink()
        # The standard's own formulas; each pair of chroma is that of all its pixels.
        y = luma[:HEIGHT, :WIDTH]
        cb, cr = (numpy.kron(each, numpy.ones((down, across)))[:HEIGHT, :WIDTH] - 128 for each in few)
        if studio:
            y, cb, cr = (y - 16) * 255 / 219, cb * 127 / 112, cr * 127 / 112
        r, b = y + (2 - 2 * red) * cr, y + (2 - 2 * blue) * cb
        g = (y - red * r - blue * b) / green
        truth = numpy.stack([r, g, b], axis=2).round().clip(0, 255).astype("uint8")
        note(f"tiff-ycbcr-{name}", "tif", Image.fromarray(truth), LOSSY)


def faxes_that_end_early():
    """Fewer rows than are claimed, and then the mark that ends a page: the rest is white."""
    top = 30
    part = bit.crop((0, 0, WIDTH, top))
    # As Pillow writes it, ones are white; as faxes go, black.
    ImageOps.invert(part).save(OUT / "part.tif")
    ImageOps.invert(bit).save(OUT / "all.tif")
    truth = Image.new("1", SIZE, 1)
    truth.paste(part, (0, 0))
    for name, compression, options in [("g4", 4, "g4"), ("g3", 3, "g3"), ("g3-2d", 3, "g3:2d")]:
        run("tiffcp", "-c", options, "-r", top, OUT / "part.tif", OUT / "packed.tif")
        with Image.open(OUT / "packed.tif") as made:
            at, length = made.tag_v2[273][0], made.tag_v2[279][0]
        strip = (OUT / "packed.tif").read_bytes()[at : at + length]
        if compression == 3:
            eol = "0000000000011" if "2d" in name else "000000000001"
            strip = bits_behind(strip, 6 * eol)
        extra = [(292, 4, [1])] if "2d" in name else []
        path(f"tiff-{name}-early", "tif").write_bytes(tiff([*form(0, 1, 1, compression), *extra], [strip]))
        note(f"tiff-{name}-early", "tif", truth, LOSSLESS)
    # All rows and no end mark.
    run("tiffcp", "-c", "g4", "-r", HEIGHT, OUT / "all.tif", OUT / "packed.tif")
    with Image.open(OUT / "packed.tif") as made:
        at, length = made.tag_v2[273][0], made.tag_v2[279][0]
    strip = (OUT / "packed.tif").read_bytes()[at : at + length]
    text = "".join(f"{byte:08b}" for byte in strip)
    text = text[: text.rindex("000000000001000000000001")]
    strip = int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")
    path("tiff-g4-no-end", "tif").write_bytes(tiff(form(0, 1, 1, 4), [strip]))
    note("tiff-g4-no-end", "tif", bit, LOSSLESS)
    for leftover in ["part.tif", "all.tif", "packed.tif"]:
        (OUT / leftover).unlink()


def bits_behind(strip, bits):
    """Bits behind a strip whose last byte is filled up with zeros."""
    text = "".join(f"{byte:08b}" for byte in strip) + bits
    text = text.ljust(-(-len(text) // 8) * 8, "0")
    return int(text, 2).to_bytes(len(text) // 8, "big")


# WebP, BMP, JPEG 2000


def others():
    for name, picture, options, tolerance in [
        ("lossless", rgb, {"lossless": True}, LOSSLESS), ("lossy", rgb, {"quality": 90}, LOSSY),
        ("alpha", rgba, {"quality": 90}, LOSSY), ("alpha-lossless", rgba, {"lossless": True, "exact": True}, LOSSY),
        ("grey", grey, {"lossless": True}, LOSSLESS),
        ("animated", rgb, {"lossless": True, "save_all": True, "append_images": [ImageOps.invert(rgb)]}, LOSSLESS),
        ("exif6", rgb, {"lossless": True, "exif": exif_of(orientation=6)}, LOSSLESS),
    ]:  # fmt: skip
        picture.save(path(f"webp-{name}", "webp"), **options)
        note(f"webp-{name}", "webp", opened(f"webp-{name}", "webp"), tolerance)
    rgb.save(path("webp-exif-adobe", "webp"), lossless=True, exif=exif_of({0xA001: 2}))
    note("webp-exif-adobe", "webp", srgb_of(rgb, ADOBE_RGB), MANAGED)
    rgb.save(path("webp-icc", "webp"), lossless=True, icc_profile=ADOBE_RGB)
    note("webp-icc", "webp", srgb_of(rgb, ADOBE_RGB), MANAGED)
    for name, picture in [("rgb", rgb), ("grey", grey), ("bit", bit), ("palette", palette)]:
        picture.save(path(f"bmp-{name}", "bmp"))
        note(f"bmp-{name}", "bmp", opened(f"bmp-{name}", "bmp"), LOSSLESS)
    bmps()
    for name, picture, options, tolerance in [
        ("rgb", rgb, {"irreversible": False}, LOSSLESS), ("grey", grey, {"irreversible": False}, LOSSLESS),
        ("lossy", rgb, {"irreversible": True, "quality_mode": "dB", "quality_layers": [40]}, LOSSY),
        ("tiles", rgb, {"irreversible": False, "tile_size": (32, 32)}, LOSSLESS),
        ("alpha", rgba, {"irreversible": False}, LOSSY),
    ]:  # fmt: skip
        for ending in ["jp2", "j2k"]:
            kind = f"{ending}-{name}"
            if kind == "j2k-alpha":
                continue
            picture.save(path(kind, ending), **options)
            note(kind, ending, opened(kind, ending), tolerance)


def bmp(kind, width, height, bits, body, truth, header=None, compression=0, masks=b"", table=b"", tolerance=LOSSLESS):
    header = header or struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(body), 2835, 2835, 0, 0)
    at = 14 + len(header) + len(masks) + len(table)
    head = struct.pack("<2sIHHI", b"BM", at + len(body), 0, 0, at)
    path(kind, "bmp").write_bytes(head + header + masks + table + body)
    note(kind, "bmp", truth, tolerance)


def bmps():
    colours = numpy.asarray(rgb).astype(int)
    padded = lambda row: row + bytes(-len(row) % 4)
    up = lambda lines: b"".join(padded(line) for line in reversed(lines))
    three = [colours[y, :, ::-1].astype("uint8").tobytes() for y in range(HEIGHT)]
    bmp("bmp-top-down", WIDTH, -HEIGHT, 24, up(three[::-1]), rgb)
    core = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 24)
    bmp("bmp-os2", WIDTH, HEIGHT, 24, up(three), rgb, header=core)
    for name, parts, masks in [("565", (5, 6, 5), (0xF800, 0x7E0, 0x1F)), ("555", (5, 5, 5), None)]:
        red, green, blue = (colours[..., c] >> (8 - parts[c]) for c in range(3))
        words = (red << (parts[1] + 5) | green << 5 | blue).astype("<u2")
        scaled = [(v * 255 / ((1 << n) - 1)).round() for v, n in zip((red, green, blue), parts)]
        truth = Image.fromarray(numpy.stack(scaled, axis=2).astype("uint8"))
        body = up([row.tobytes() for row in words])
        extra = struct.pack("<III", *masks) if masks else b""
        bmp(f"bmp-{name}", WIDTH, HEIGHT, 16, body, truth, compression=3 if masks else 0, masks=extra, tolerance=LOSSY)
    four = [numpy.dstack([colours[y : y + 1, :, ::-1], numpy.zeros((1, WIDTH))]).astype("uint8").tobytes() for y in range(HEIGHT)]
    bmp("bmp-32", WIDTH, HEIGHT, 32, up(four), rgb)
    run("convert", path("png-rgba", "png"), f"BMP:{path('bmp-alpha', 'bmp')}")
    note("bmp-alpha", "bmp", Image.open(path("png-rgba", "truth.png")), LOSSY)
    for bits, compression in [(8, 1), (4, 2)]:
        few = rgb.quantize(1 << bits if bits == 4 else 64)
        values = numpy.asarray(few)
        table = bytes(part for c in range(1 << bits) for part in entry(few, c))
        body = b"".join(run_lengths(row, bits) + b"\0\0" for row in values[::-1])[:-2] + b"\0\1"
        bmp(f"bmp-rle{bits}", WIDTH, HEIGHT, bits, body, few.convert("RGB"), compression=compression, table=table)
        kind = f"bmp-palette{bits}"
        rows_of = [row.astype("uint8").tobytes() if bits == 8 else small_bits(row[None], 4) for row in values]
        bmp(kind, WIDTH, HEIGHT, bits, up(rows_of), few.convert("RGB"), table=table)


def entry(few, colour):
    """Blue, green, red, nought."""
    parts = few.getpalette()[3 * colour : 3 * colour + 3]
    return [*parts[::-1], 0] if parts else [0, 0, 0, 0]


def run_lengths(row, bits):
    out = b""
    at = 0
    while at < len(row):
        count = 1
        while at + count < len(row) and row[at + count] == row[at] and count < 255:
            count += 1
        value = int(row[at])
        out += bytes([count, value if bits == 8 else value << 4 | value])
        at += count
    return out


# PDF, a picture a page


def pdfs():
    for name, picture, truth, tolerance in [
        ("jpeg", rgb, None, LOSSY), ("grey-jpeg", grey, None, LOSSY),
        ("bit", bit, bit, LOSSLESS), ("palette", palette, palette.convert("RGB"), LOSSLESS),
    ]:  # fmt: skip
        kind = f"pdf-{name}"
        picture.save(path(kind, "pdf"), resolution=300)
        note(kind, "pdf", truth or drawn(kind), tolerance)
    for name, picture, options in [("g4", bit, ["-c", "g4"]), ("zip", rgb, ["-c", "zip"]), ("grey-zip", grey, ["-c", "zip"])]:
        picture.save(OUT / "page.tif", dpi=(300, 300))
        run("tiffcp", *options, OUT / "page.tif", OUT / "packed.tif")
        run("tiff2pdf", *(["-z"] if "zip" in name else []), "-o", path(f"pdf-{name}", "pdf"), OUT / "packed.tif")
        note(f"pdf-{name}", "pdf", picture, LOSSLESS)
    for leftover in ["page.tif", "packed.tif"]:
        (OUT / leftover).unlink()


def drawn(kind):
    """A page's picture as Poppler decodes it."""
    run("pdfimages", "-png", path(kind, "pdf"), OUT / "page")
    with Image.open(OUT / "page-000.png") as page:
        page.load()
    (OUT / "page-000.png").unlink()
    return page


OUT.mkdir(parents=True, exist_ok=True)
for make in [pngs, managed_pngs, jpegs, inks, tiffs, others, pdfs]:
    make()
with open(OUT / "kinds.csv", "w", newline="") as file:
    csv.writer(file).writerows([["kind", "file", "lossless", "tolerance"], *rows])
print(f"{len(rows)} kinds")
