#!/usr/bin/env bats
# The benchmark itself: what it takes as a peer, and what it says of a goal.

load namespace

bench() { BUILD=$BUILD run tests/bench/run "$@"; }

@test "a peer of a kind that the benchmark does not know is refused, with the kinds that there are" {
	PEERS=/bin/true bench starts
	[ "$status" = 1 ]
	[ "$output" = "bench: PEERS: /bin/true: its name begins with none of tini, dumb-init, catatonit, gosu, su-exec, setpriv, s6-setuidgid, drop-init" ]
	PEERS=/no/tini bench starts
	[ "$status" = 1 ]
	[ "$output" = "bench: PEERS: /no/tini: not a program" ]
}

# python CODE: with the benchmark's own modules.
python() {
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/bench BUILD=$BUILD run /usr/bin/python3 -c "$1" "${@:2}"
}

@test "a goal is reached at its limit, missed above it, and neither where it was not measured" {
	python 'import pages, report, pathlib, sys
made = report.Report(pathlib.Path(sys.argv[1]))
made.begin("one")
made.goal("at", 0.8, 0.8)
made.goal("above", 0.81, 0.8)
made.goal("unknown", None, 0.8)
made.end()
print(pages.goals(made.sections))' "$BATS_TEST_TMPDIR/bench.json"
	[ "$status" = 0 ]
	[[ ${lines[0]} == "1 of 3 goals missed."* ]]
	[[ ${lines[3]} =~ ^'| at '.*' 0.80 '.*' reached ' ]]
	[[ ${lines[4]} =~ ^'| above '.*' 0.81 '.*' **missed** ' ]]
	[[ ${lines[5]} =~ ^'| unknown '.*' not measured ' ]]
	[[ ${lines[5]} != *reached* && ${lines[5]} != *missed* ]]
}

@test "a section that is measured again takes its old place, one that was not stays, one that failed stays as it was" {
	python 'import report, pathlib, sys
def run(*goals, end=True):
    made = report.Report(pathlib.Path(sys.argv[1]))
    for name, value in goals:
        made.begin(name)
        made.goal(name, value, 1)
        if end:
            made.end()
run(("a", 0.1), ("b", 0.2))
run(("a", 0.3))
run(("b", 0.4), end=False)
made = report.Report(pathlib.Path(sys.argv[1])).sections
print([(name, part["goals"][0][2]) for name, part in made.items()])
print(made["a"]["program"])' "$BATS_TEST_TMPDIR/bench.json"
	[ "$status" = 0 ]
	[ "${lines[0]}" = "[('a', '0.30'), ('b', '0.20')]" ]
	[ "${lines[1]}" = "$("$BUILD/drop-init" --version)" ]
}

@test "the benchmark of helpers starts three programs, ends them, restarts two, and counts what is not they" {
	cat >"$BATS_TEST_TMPDIR/tiny.py" <<-'END'
		from contextlib import ExitStack
		import helpers
		names = ["drop-init --user --with", "drop-init --with", "bash, wait -n"]
		helpers.CONTENDERS = {name: helpers.CONTENDERS[name] for name in names}
		for what in helpers.measure_starts(2):
		    print(*(len(times) for times in what.values()), all(t > 0 for times in what.values() for t in times))
		with ExitStack() as stack:
		    made = {name: stack.enter_context(helpers.started(name))[0] for name in names}
		    for name, row in helpers.measure_standing(made, 0, 1).items():
		        print(row["processes"], row["private"] > 0, len(row.get("again", [])), len(row.get("processor", [])))
	END
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/bench BUILD=$BUILD run python3 "$BATS_TEST_TMPDIR/tiny.py"
	[ "$status" = 0 ]
	[ "${lines[0]}" = "2 2 2 True" ] # starts
	[ "${lines[1]}" = "1 1 1 True" ] # stops
	[ "${lines[2]}" = "1 1 1 True" ] # ends of the command
	[ "${lines[3]}" = "3 True 2 1" ]
	[ "${lines[4]}" = "3 True 2 1" ]
	[ "${lines[5]}" = "1 True 0 0" ]
}

@test "what the page says was measured is what was, and so is the picture's date" {
	python 'import json, pages, pathlib
here = pathlib.Path("tests/bench")
made = json.loads((here / "measured.json").read_text())
page = (here / "README.md").read_text().partition(pages.MARK)[2]
assert page == "\n" + pages.page(made), "README.md: make pictures"
assert max(part["date"] for part in made.values()) in (here / "numbers.svg").read_text(), "numbers.svg: make pictures"'
	[ "$output" = '' ]
	[ "$status" = 0 ]
}

@test "the picture has each label and value as text, ours marked, and names nothing of another machine's" {
	/usr/bin/python3 -c 'import matplotlib' 2>/dev/null || skip "no python3-matplotlib here (make pictures installs it)"
	python 'import picture, re, sys, xml.etree.ElementTree as tree
picture.draw({"start": {"drop-init": 5, "a < b": 20}, "zombies": {"drop-init": [(0, 0)], "x": [(0, 3), (1, 90)]},
              "no panel": {"z": 1}}, "today", sys.argv[1])
text = open(sys.argv[1]).read()
words = [word.text for word in tree.fromstring(text).iter("{http://www.w3.org/2000/svg}text")]
print(*[word for word in ("drop-init", "a < b", "5.00", "20", "x", "z") if word not in words], picture.OURS in text)
print(*sorted(set(re.findall("https?://([a-z0-9.]*)", text))))' "$BATS_TEST_TMPDIR/drawn.svg"
	[ "$status" = 0 ] || namespace_fail "$output"
	[ "${lines[0]}" = 'z True' ]
	[ "${lines[1]}" = "creativecommons.org purl.org www.w3.org" ] # names of vocabularies
}

@test "a terminal's picture has its words, in its colours, and needs no font of another machine's" {
	/usr/bin/python3 -c 'import rich' 2>/dev/null || skip "no python3-rich here (make pictures installs it)"
	python 'import os, sys, terminals
green = terminals.shown(["/bin/sh", "-c", "[ -t 1 ] && printf \"\\033[32mgreen <\\033[0m\""], os.environ)
terminals.draw(green, "t", sys.argv[1])
text = open(sys.argv[1]).read()
print("green&#160;&lt;" in text, "#3fb950" in text, "@font-face" in text, "https:" in text)' \
		"$BATS_TEST_TMPDIR/drawn.svg"
	[ "$output" = "True True False False" ] || namespace_fail "$output"
}
