# make check-sanitize: the suite with drop-init and drop-seccomp under ASan and UBSan, and what runs without
# namespaces under valgrind. Tests of the static binary's own properties say why they are skipped.

SANITIZED       := $(BUILD)/sanitize
# Not the tests of how the shipped programs are built, which would build them here, not the fuzzing corpus, which has
# its own sanitizers, and no faults: those are injected into what ASan asks of the kernel as well.
SANITIZED_TESTS := $(filter-out tests/build.bats tests/hardening.bats tests/fuzz.bats tests/faults.bats \
        tests/dist.bats,\
        $(wildcard tests/*.bats tests/apps/*.bats))
SANITIZE_CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

$(SANITIZED)/defaults.o: tests/sanitize/defaults.c
	@mkdir -p $(@D)
	$(CC) $(COMMON) -O1 -Wno-missing-prototypes -c -o $@ $<

.PHONY: sanitized check-sanitize
sanitized: $(SANITIZED)/defaults.o $(PROBES)
	$(MAKE) BUILD=$(SANITIZED) STATIC=0 CFLAGS="$(SANITIZE_CFLAGS)" \
		INIT_CFLAGS="$(SANITIZE_CFLAGS) -fPIE" \
		INIT_LIBS="-lcap-ng $< -Wl,--wrap=clone,--wrap=__asan_handle_no_return" INIT_DEPS=$< \
		all $(SANITIZED)/lockdown/escape $(UNIT_TESTS:$(BUILD)/%=$(SANITIZED)/%)
	ln -sfn ../probe $(SANITIZED)/probe

check-sanitize:
	@[ "$$(id -u)" = 0 ] || { echo "make $@: needs root, for namespaces and users: run 'sudo make $@'" >&2; exit 1; }
	.ci/packages build check apps sanitize
	$(MAKE) sanitized
	LSAN_OPTIONS=suppressions=tests/sanitize/leaks.txt:print_suppressions=0 TEST_TIMEOUT=600 \
		tests/reachable tests/run $(UNIT_TESTS:$(BUILD)/%=$(SANITIZED)/%)
	TEST_TIMEOUT=600 NAMESPACE_TIMEOUT=60 SANITIZED=1 BUILD=$(abspath $(SANITIZED)) \
		tests/reachable tests/run $(SANITIZED_TESTS)
	@grep -q __asan_init $(SANITIZED)/drop-init || { echo "a test has built another drop-init meanwhile" >&2; exit 1; }
	$(MAKE) CFLAGS="-O1 -g" BUILD=$(BUILD)/valgrind STATIC=0 all
	BUILD=$(abspath $(BUILD)/valgrind) tests/sanitize/valgrind
