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
