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

@test "a goal is reached at its limit, missed above it, and neither where it was not measured" {
	cat >"$BATS_TEST_TMPDIR/goals.py" <<-'END'
		from pathlib import Path
		from report import Report
		report = Report()
		report.goal("at", 0.8, 0.8)
		report.goal("above", 0.81, 0.8)
		report.goal("unknown", None, 0.8)
		report.finish(Path("/dev/null"))
	END
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/bench run python3 "$BATS_TEST_TMPDIR/goals.py"
	[ "$status" = 0 ]
	[[ ${lines[0]} == *" 1 of 3 goals missed." ]]
	[[ ${lines[3]} =~ ^'| at '.*' 0.80 '.*' reached ' ]]
	[[ ${lines[4]} =~ ^'| above '.*' 0.81 '.*' **missed** ' ]]
	[[ ${lines[5]} =~ ^'| unknown '.*' not measured ' ]]
	[[ ${lines[5]} != *reached* && ${lines[5]} != *missed* ]]
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

@test "the picture has a bar for each value, as long as the value says, ours marked, and every word escaped" {
	cat >"$BATS_TEST_TMPDIR/drawn.py" <<-'END'
		import xml.etree.ElementTree as tree
		import picture
		text = picture.draw([["a < b, ms", {"drop-init --user": 5, "x & y": 20}], ["none", {"z": 1}]], "today")
		drawn = tree.fromstring(text)
		name = "{http://www.w3.org/2000/svg}"
		bars = [(bar.get("class"), float(bar.get("width"))) for bar in drawn.iter(name + "rect")]
		print([kind for kind, _ in bars], round(bars[1][1] / bars[0][1], 1), bars[1][1] == bars[2][1])
		print([text.text for text in drawn.iter(name + "text")])
		print("prefers-color-scheme: dark" in text)
	END
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/bench run python3 "$BATS_TEST_TMPDIR/drawn.py"
	[ "$status" = 0 ]
	[ "${lines[0]}" = "['ours', 'other', 'other'] 4.0 True" ]
	[ "${lines[1]}" = "['a < b, ms', 'drop-init --user', '5', 'x & y', '20', 'none', 'z', '1', 'today']" ]
	[ "${lines[2]}" = True ]
}
