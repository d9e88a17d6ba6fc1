"""Charts of what was measured, as one SVG in colours that can be read on light pages and on dark ones."""

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

PANELS = {
    "start": "Start of an init, µs",
    "start with a user": "Start with a user (drop-init: and a filter), µs",
    "private": "Private memory of PID 1, KiB",
    "size": "Size of the files, KiB",
    "helpers": "Memory of what looks after three programs, KiB",
    "zombies": "Zombies, while 20,000 orphans end",
    "chown nothing": "200,000 files that are right already, s",
    "chown all": "200,000 files to give away, s",
}
COLUMNS = 2
INK, OURS, OTHERS = "#768390", "#1a9f74", "#9aa4af"
LINES = ["#c9780f", "#8a63d2", "#d1495b", "#3f8fd0", "#9aa4af"]

pyplot.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "drop-init", "font.family": "sans-serif", "font.size": 8.5,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.titlesize": 9.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False,
})


def is_ours(label):
    return label.startswith("drop-init")


def number(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def height(values):
    """In rows of text."""
    return len(values) + 1.5 if is_bars(values) else 9


def is_bars(values):
    return isinstance(next(iter(values.values())), (int, float))


def bars(axes, values, room):
    labels = list(values)[::-1]
    drawn = axes.barh(labels, [values[label] for label in labels], height=0.7,
                      color=[OURS if is_ours(label) else OTHERS for label in labels])
    axes.bar_label(drawn, [number(values[label]) for label in labels], padding=3)
    axes.set_ylim(len(labels) - 0.5 - room, len(labels) - 0.5)  # bars of one width, from the top
    axes.set_xlim(0, max(values.values()) * 1.15)
    axes.xaxis.set_visible(False)
    axes.spines[["bottom", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def lines(axes, values, room):
    """Of pairs of seconds and a number; ours is drawn last, on top of the others."""
    colours = iter(LINES)
    for label, points in sorted(values.items(), key=lambda one: is_ours(one[0])):
        colour = OURS if is_ours(label) else next(colours)
        axes.plot(*zip(*points), label=label, color=colour, linewidth=2.4 if is_ours(label) else 1.2)
    axes.set_xlabel("seconds")
    axes.legend(frameon=False, fontsize=8, loc="best", ncols=2)


def draw(charts, note, path):
    """charts: {name of PANELS: {label: number, or points}}, in which less is better."""
    names = [name for name in PANELS if name in charts]
    rows = [max(height(charts[name]) for name in names[first:first + COLUMNS])
            for first in range(0, len(names), COLUMNS)]
    figure, grid = pyplot.subplots(len(rows), COLUMNS, figsize=(10, 0.21 * sum(rows) + 0.3), squeeze=False,
                                   layout="constrained", gridspec_kw={"height_ratios": rows})
    for index, (axes, name) in enumerate(zip(grid.flat, names)):
        axes.set_title(PANELS[name])
        kind = bars if is_bars(charts[name]) else lines
        kind(axes, charts[name], rows[index // COLUMNS] - 1.5)
    for axes in grid.flat[len(names):]:
        axes.remove()
    figure.supxlabel(note, fontsize=8, x=0.01, ha="left")
    figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None, "Title": f"Less is better. {note}"})
    pyplot.close(figure)
