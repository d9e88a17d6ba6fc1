"""What was measured, as Markdown."""

MARK = "<!-- What follows is written by make pictures. -->\n"


def table(headers, rows):
    """With columns that line up on a screen too."""
    widths = [max(len(row[i]) for row in [headers, *rows]) for i in range(len(headers))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in [headers, *rows]]
    lines.insert(1, ["-" * width for width in widths])
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def section(made):
    return f"### {made['title']}\n\n{table(made['headers'], made['rows'])}" + (
        f"\n{made['note']}\n" if made["note"] else "")


def goals(sections):
    rows = [[*goal, part["date"], f"{part['load']}"] for part in sections.values() for goal in part["goals"]]
    missed = sum("missed" in row[3] for row in rows)
    return (f"{missed} of {len(rows)} goals missed. Load is that of the machine when the section began.\n\n"
            + table(["what", "goal", "measured", "", "on", "load"], rows))


def machines(sections):
    """Usually one."""
    made = dict.fromkeys(f"{part['machine']}: {part['program']}" for part in sections.values())
    return "".join(f"- {line}\n" for line in made)


def page(sections):
    tables = "\n".join(section(made) for part in sections.values() for made in part["tables"])
    return f"## Goals\n\n{machines(sections)}\n{goals(sections)}\n## The tables\n\n{tables}"


def rewrite(path, sections):
    """What is above the mark is somebody's words and stays."""
    words, mark, _ = path.read_text().partition(MARK)
    if not mark:
        raise SystemExit(f"bench: {path}: has no line {MARK.strip()}")
    path.write_text(f"{words}{mark}\n{page(sections)}")
