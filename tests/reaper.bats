#!/usr/bin/env bats
# Who is there to be reaped.

load namespace

# shellcheck disable=SC2016
@test "a zombie that PID 1 had before it became drop-init is reaped" {
	namespace_start perl -e 'my $child = fork // die; exit unless $child;
		do { open STAT, "<", "/proc/$child/stat" or die } until <STAT> =~ /\) Z/;
		exec @ARGV' drop-init -- sleep 60
	eventually sleep_is_all_there_is || namespace_fail "the zombie is still there"
}
sleep_is_all_there_is() { [ "$(namespace_table | cut -d' ' -f2,3)" = $'drop-init S\nsleep S' ]; }
