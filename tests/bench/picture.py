"""Bar charts of a run as one SVG, in one look for light and dark pages."""

from html import escape

WIDTH, LEFT, GAP, ROW, HEAD = 880, 200, 70, 19, 34
COLUMNS = 2
INNER = (WIDTH - 20) // COLUMNS
BAR = INNER - LEFT - GAP
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 13px }
.value, .note { fill: #57606a }
.ours { fill: #0a7d5a } .other { fill: #b6bec8 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .value, .note { fill: #9198a1 }
.ours { fill: #2fbf8f } .other { fill: #57606a }
}
"""


def number(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def bar(y, label, value, most):
    kind = "ours" if label.startswith("drop-init") else "other"
    width = max(1.0, value / most * BAR)
    return (
        f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(label)}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{y + 2}" width="{width:.1f}" height="{ROW - 6}" rx="2"/>'
        f'<text class="value" x="{LEFT + width + 6:.1f}" y="{y + 12}">{number(value)}</text>\n'
    )


def panel(title, values):
    lines = [f'<text class="title" x="0" y="16">{escape(title)}</text>\n']
    most = max(values.values())
    for index, (label, value) in enumerate(values.items()):
        lines.append(bar(HEAD - 8 + index * ROW, label, value, most))
    return "".join(lines)


def height_of(charts):
    return HEAD + ROW * max(len(values) for _, values in charts)


def draw(charts, note):
    """charts: [title, {label: value}], in which less is better."""
    body, top = [], 10
    for first in range(0, len(charts), COLUMNS):
        row = charts[first:first + COLUMNS]
        for column, (title, values) in enumerate(row):
            body.append(f'<g transform="translate({10 + column * INNER} {top})">\n{panel(title, values)}</g>\n')
        top += height_of(row)
    body.append(f'<text class="note" x="10" y="{top + 12}">{escape(note)}</text>\n')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + 24}" width="{WIDTH}" '
        f'height="{top + 24}" role="img">\n<title>Less is better. {escape(note)}</title>\n<style>{STYLE}</style>\n'
        + "".join(body) + "</svg>\n"
    )
