"""What a terminal shows, as a picture."""

import io
import os
import pty
import subprocess

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS = 116
# Dark, as most terminals are, on pages of both kinds.
THEME = TerminalTheme(
    (22, 27, 34), (201, 209, 217),
    [(110, 118, 129), (255, 123, 114), (63, 185, 80), (210, 153, 34),
     (88, 166, 255), (188, 140, 255), (57, 197, 207), (240, 246, 252)],
)
# rich's own names a font of a server's.
FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }}
.{unique_id}-title {{ font: 16px system-ui, "DejaVu Sans", sans-serif }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def shown(argv, environment):
    """What argv writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment) as run:
        os.close(theirs)
        written = bytearray()
        while chunk := read(ours):
            written += chunk
    os.close(ours)
    if run.returncode:
        raise SystemExit(f"bench: {' '.join(argv)}: exit status {run.returncode}: {written.decode()}")
    return written.decode().replace("\r\n", "\n").strip("\n")


def read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: everybody has closed the other end. pty(7)
        return b""


def draw(text, title, path):
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    console.save_svg(str(path), title=title, theme=THEME, code_format=FORMAT, unique_id="terminal")
