"""Makes the files beside it: python3 make.py, with Pillow and libtiff's tiffcp."""

import pathlib
import subprocess

from PIL import Image

here = pathlib.Path(__file__).parent
sample = here.parents[3] / "samples/synthetic-01-suit.png"
rgb = Image.open(sample).convert("RGB").crop((270, 330, 318, 370))
grey = rgb.convert("L")
bit = rgb.convert("1")
for name, picture in [("grey", grey), ("bit", bit)]:
    picture.convert("L").save(here / f"{name}.png", optimize=True)


def copy(source, *options, to):
    subprocess.run(["tiffcp", *options, here / source, here / to], check=True)


plain = {"rgb": rgb, "grey": grey, "bit": bit}
for name, picture in plain.items():
    picture.save(here / f"{name}.tif", tiffinfo={278: 16})
copy("rgb.tif", "-p", "separate", "-t", "-w", "48", "-l", "32", "-c", "zip:2", to="rgb-planes-tiles.tif")
copy("rgb.tif", "-c", "lzw:2", "-8", "-B", to="rgb-lzw-big.tif")
copy("rgb.tif", "-c", "zip", "-f", "lsb2msb", to="rgb-fill2.tif")
copy("rgb.tif", "-c", "jpeg:95", "-r", "16", to="lossy-rgb-jpeg.tif")
copy("rgb.tif", "-c", "jpeg:r:95", "-r", "16", to="lossy-rgb-jpeg-rgb.tif")
copy("rgb.tif", "-c", "jpeg:95", "-t", "-w", "32", "-l", "32", to="lossy-rgb-jpeg-tiles.tif")
copy("grey.tif", "-c", "jpeg:95", "-r", "16", to="lossy-grey-jpeg.tif")
copy("grey.tif", "-c", "packbits", to="grey-packbits.tif")
copy("rgb.tif", "-c", "zstd", to="refused-zstd.tif")
for form in ["g3", "g3:2d", "g3:2d:fill", "g3:fill", "g4", "lzw", "packbits", "zip"]:
    name = form.replace(":", "-")
    copy("bit.tif", "-c", form, to=f"bit-{name}.tif")
    copy("bit.tif", "-c", form, "-f", "lsb2msb", to=f"bit-{name}-fill2.tif")
copy("bit.tif", "-c", "g4", "-t", "-w", "32", "-l", "32", to="bit-g4-tiles.tif")
bit.save(here / "bit-fax2.tif", compression="tiff_ccitt")
palette = rgb.convert("P", palette=Image.ADAPTIVE, colors=64)
palette.save(here / "palette.tif", compression="tiff_lzw")
palette.convert("RGB").save(here / "palette.png", optimize=True)
for name in plain:
    (here / f"{name}.tif").unlink()

rgb.save(here / "sequential.jpg", quality=80)
rgb.save(here / "restarts.jpg", quality=80, restart_marker_blocks=2)
rgb.save(here / "progressive.jpg", quality=80, progressive=True)
rgb.save(here / "progressive-restarts.jpg", quality=80, progressive=True, restart_marker_rows=1)

# Flat pictures of inks, with Adobe's marker and without a profile; Pillow stores them inverted.
for name, inks in [("", (0, 255, 255, 0)), ("-black", (0, 0, 0, 128))]:
    # In YCCK the first three are YCbCr of 255 less what is stored, which is the inks as they are.
    luma_chroma = Image.new("RGB", (16, 16), inks[:3]).convert("YCbCr").getpixel((0, 0))
    for form, values in [("cmyk", inks), ("ycck", (*(255 - v for v in luma_chroma), inks[3]))]:
        file = here / f"inks-{form}{name}.jpg"
        Image.new("CMYK", (16, 16), values).save(file, quality=95)
        data = bytearray(file.read_bytes())
        data[data.index(b"Adobe") + 11] = 2 if form == "ycck" else 0
        file.write_bytes(data)
# RGB, told by the names of the components alone.
file = here / "names-rgb.jpg"
Image.new("RGB", (16, 16), (200, 60, 30)).save(file, quality=95, keep_rgb=True)
data = file.read_bytes()
at = data.index(b"\xff\xee")
file.write_bytes(data[:at] + data[at + 16 :])
