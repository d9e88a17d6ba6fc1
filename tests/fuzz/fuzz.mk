# make fuzz: each harness for FUZZ_SECONDS with libFuzzer, from the corpus, which gets what is new.
# make replays: the same harnesses for the corpus alone, by any compiler; tests/fuzz.bats runs them.
#
# A harness of drop-init has its parsers end in a jump (outside.c) and the kernel be the input (--wrap).

FUZZ_SECONDS   ?= 60
FUZZ_CC        ?= clang
FUZZ_SANITIZE  := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_INIT      := options address database filter notify record
FUZZ_SECCOMP   := show profile
FUZZ_HARNESSES := $(FUZZ_INIT) $(FUZZ_SECCOMP)

FUZZ_WRAP_all      := malloc calloc realloc reallocarray strdup vasprintf free exit _exit write
FUZZ_WRAP_database := open
FUZZ_WRAP_notify   := open ioctl syscall process_vm_readv stat getxattr getsockopt bind

FUZZ_INIT_SOURCES    := $(filter-out init/main.c,$(wildcard init/*.c init/*/*.c))
FUZZ_SECCOMP_SOURCES := $(filter-out seccomp/commands/report.c,$(wildcard seccomp/*/*.c))

# $(1): the folder, $(2): the compiler, $(3): how objects and $(4): how programs are built, $(5): what has main()
define fuzz_rules
$(1)/%.o: %.c | $(GENERATED)
	@mkdir -p $$(@D)
	$(2) $(COMMON) -Wno-missing-prototypes $(FUZZ_SANITIZE) $(3) -MMD -MP -c -o $$@ $$<

$(1)/builtin.o: init/filter/builtin.S $(BUILD)/default.bpf $(BUILD)/strict.bpf
	@mkdir -p $$(@D)
	$(2) -Wa,-I,$(BUILD) -c -o $$@ $$<

$(1)/init.a: $(FUZZ_INIT_SOURCES:%.c=$(1)/%.o) $(1)/builtin.o $(SHARED:%.c=$(1)/%.o) $(1)/tests/fuzz/input.o
	rm -f $$@ && ar rcs $$@ $$^

$(1)/seccomp.a: $(FUZZ_SECCOMP_SOURCES:%.c=$(1)/%.o) $(BUILD)/seccomp/profiles/shipped.o $(1)/tests/fuzz/input.o
	rm -f $$@ && ar rcs $$@ $$^

$(FUZZ_INIT:%=$(1)/%): $(1)/%: $(1)/tests/fuzz/%.o $(1)/tests/fuzz/outside.o $(5) $(1)/init.a
	$(2) $(FUZZ_SANITIZE) $(4) $$(foreach f,$(FUZZ_WRAP_all) $$(FUZZ_WRAP_$$*),-Wl,--wrap=$$(f)) \
		-o $$@ $$^ -lcap-ng -pthread

$(FUZZ_SECCOMP:%=$(1)/%): $(1)/%: $(1)/tests/fuzz/%.o $(5) $(1)/seccomp.a
	$(2) $(FUZZ_SANITIZE) $(4) -o $$@ $$^ -lseccomp -ljansson
endef

$(eval $(call fuzz_rules,$(BUILD)/fuzz,$(FUZZ_CC),-fsanitize=fuzzer-no-link,-fsanitize=fuzzer,))
$(eval $(call fuzz_rules,$(BUILD)/replay,$(CC),,,$(BUILD)/replay/tests/fuzz/replay.o))

.PHONY: fuzz replays
replays: $(FUZZ_HARNESSES:%=$(BUILD)/replay/%)

fuzz:
	.ci/packages build fuzz
	$(MAKE) $(FUZZ_HARNESSES:%=$(BUILD)/fuzz/%)
	BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(FUZZ_HARNESSES)

-include $(wildcard $(BUILD)/fuzz/*/*.d $(BUILD)/fuzz/*/*/*.d $(BUILD)/replay/*/*.d $(BUILD)/replay/*/*/*.d)
