"""The plain way to put lines of small text over a portrait, with Pillow: what `tumar embed` is timed against.

pip install pillow; python3 benches/plain.py samples/astronaut.png fonts/NotoSansMono-Regular.ttf out.png
"""

import sys

from PIL import Image, ImageDraw, ImageFont, ImageOps

DPI, SIZE, STRENGTH = 1200, (1654, 2126), 0.17
# 0.24 mm capitals, 0.714 of the font's size; lines 0.40 mm apart.
FONT_PX, PITCH_PX = round(0.24 / 25.4 * DPI / 0.714), 0.40 / 25.4 * DPI

portrait, font, out = sys.argv[1:]
picture = ImageOps.fit(Image.open(portrait).convert("RGB"), SIZE, Image.Resampling.BICUBIC)
font = ImageFont.truetype(font, FONT_PX)
line = "НАЗАРБАЕВА<<ӘСЕЛ_" * 12
text = Image.new("L", SIZE)
draw = ImageDraw.Draw(text)
for row in range(int(SIZE[1] / PITCH_PX)):
    draw.text((0, row * PITCH_PX), line, fill=round(255 * STRENGTH), font=font)
picture.paste((0, 0, 0), mask=text)
picture.save(out, dpi=(DPI, DPI))
