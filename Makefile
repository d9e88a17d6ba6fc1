# drop-init: make, make demo, make check, make install. README.md says what each is for.
#
# STATIC=0 builds a dynamic drop-init against the distribution's libc and libcap-ng.
# ARCH=amd64 and ARCH=arm64 build for another machine than this one, in build/ARCH ('.ci/packages cross' first).

MACHINE_amd64 := x86_64
MACHINE_arm64 := aarch64
HOST    := $(patsubst x86_64,amd64,$(patsubst aarch64,arm64,$(shell uname -m)))
ARCH    ?= $(HOST)
MACHINE := $(or $(MACHINE_$(ARCH)),$(ARCH))
CROSS   := $(if $(filter-out $(HOST),$(ARCH)),$(MACHINE)-linux-gnu-)
BUILD   ?= build$(if $(CROSS),/$(ARCH))
PREFIX  ?= /usr/local
DESTDIR ?=
STATIC  ?= 1
VERSION := 0.1.0

CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
            -Wvla -Wundef -Wwrite-strings -Wno-missing-field-initializers
HARDEN   := -fstack-protector-strong -fno-strict-aliasing -fno-common
COMMON   := -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. -I$(BUILD) $(WARNINGS) $(HARDEN) \
            -ffile-prefix-map=$(CURDIR)=.
LINK     := -Wl,-z,relro,-z,now,-z,noexecstack
# What a scanner reads in an image that a program was copied into (systemd.io/ELF_PACKAGE_METADATA). Older linkers have
# no such option.
PACKAGE   = {"type":"generic","name":"$(@F)","version":"$(VERSION)","architecture":"$(ARCH)",$\
            "appCpe":"cpe:2.3:a:drop-init:$(@F):$(VERSION):*:*:*:*:*:*:*"}
NOTE      = $(if $(shell $(CROSS)ld --help | grep package-metadata),-Xlinker '--package-metadata=$(PACKAGE)')

MUSL_GCC := musl-gcc
MUSL_LIB := /usr/lib/$(MACHINE)-linux-musl
NATIVE   := $(BUILD)
ifneq ($(CROSS),)
# The target's headers and libraries, and what has to run here: drop-seccomp compiles the built-in profile.
SYSROOT  := $(abspath $(BUILD))/sysroot
TARGET   := $(SYSROOT)/ready
NATIVE   := $(BUILD)/native
CC       := $(CROSS)gcc -isystem $(SYSROOT)/usr/include -L$(SYSROOT)/usr/lib/$(MACHINE)-linux-gnu
MUSL_GCC := $(SYSROOT)/musl-gcc
MUSL_LIB := $(SYSROOT)$(MUSL_LIB)
# The cross compiler's own is not the one that Debian mends.
STATIC_LIBC := -L$(SYSROOT)/static
endif

ifeq ($(STATIC),1)
# A static PIE. musl-gcc's own start file is for programs with a dynamic linker; rcrt1.o relocates by itself.
MUSL         := $(BUILD)/musl
INIT_CC      := $(MUSL_GCC)
INIT_CFLAGS  := -I$(MUSL)/include $(CFLAGS:-O2=-Os) -fPIE -ffunction-sections -fdata-sections \
                -fno-unwind-tables -fno-asynchronous-unwind-tables
CRT           = $(shell $(INIT_CC) -print-file-name=$1)
INIT_LDFLAGS  = -static -nostartfiles $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $(call CRT,crtbeginS.o) \
                -Wl,-pie,--no-dynamic-linker,--gc-sections,-z,text $(LINK)
INIT_LIBS     = $(MUSL)/libcap-ng.a $(call CRT,crtendS.o) $(MUSL_LIB)/crtn.o
INIT_DEPS    := $(MUSL)/libcap-ng.a
else
INIT_CC      := $(CC)
INIT_CFLAGS  := $(CFLAGS) -fPIE -D_FORTIFY_SOURCE=2
INIT_LDFLAGS := -pie $(LINK)
INIT_LIBS    := -lcap-ng
INIT_DEPS    :=
endif

# What both programs need is drop-seccomp's, and built for each.
SHARED          := seccomp/filter/program.c seccomp/filter/filter_file.c seccomp/names/syscall_name.c \
                   seccomp/names/capability_name.c seccomp/names/argument_name.c
INIT_OBJECTS    := $(patsubst %.c,$(BUILD)/%.o,$(wildcard init/*.c init/*/*.c)) $(BUILD)/init/filter/builtin.o \
                   $(patsubst %.c,$(BUILD)/init/%.o,$(SHARED))
SECCOMP_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard seccomp/*.c seccomp/*/*.c)) \
                   $(BUILD)/seccomp/profiles/shipped.o
PROBES          := $(patsubst tests/probe/%.c,$(BUILD)/probe/%,$(wildcard tests/probe/*.c))
BENCHES         := $(addprefix $(BUILD)/bench/,timer stamp announce least least-drop orphans zombies calls accepts)
FAULTS          := $(BUILD)/faults/inject $(BUILD)/faults/witness
GENERATED       := $(BUILD)/syscall_names.h $(BUILD)/build.h
UNIT_TESTS      := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

.PHONY: all install uninstall clean demo check check-faults check-apps lint bench
all: $(BUILD)/drop-init $(BUILD)/drop-seccomp $(BUILD)/drop-init.bash

# --- drop-init ---------------------------------------------------------------------------------

$(BUILD)/drop-init: $(INIT_OBJECTS) $(INIT_DEPS)
	$(INIT_CC) $(INIT_CFLAGS) $(INIT_LDFLAGS) $(NOTE) -Wl,-Map=$@.map -o $@.debug $(INIT_OBJECTS) $(INIT_LIBS)
	$(CROSS)strip -s -R .comment -o $@ $@.debug

$(BUILD)/init/%.o: init/%.c $(INIT_DEPS) | $(GENERATED)
	@mkdir -p $(@D)
	$(INIT_CC) $(COMMON) $(INIT_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/init/seccomp/%.o: seccomp/%.c $(INIT_DEPS) | $(BUILD)/syscall_names.h
	@mkdir -p $(@D)
	$(INIT_CC) $(COMMON) $(INIT_CFLAGS) -MMD -MP -c -o $@ $<

# The built-in profile is compiled here, so that drop-init carries a finished filter.
$(BUILD)/init/filter/builtin.o: init/filter/builtin.S $(BUILD)/default.bpf $(BUILD)/strict.bpf
	@mkdir -p $(@D)
	$(INIT_CC) -Wa,-I,$(BUILD) -c -o $@ $<

$(BUILD)/%.bpf: seccomp/profiles/%.json $(NATIVE)/drop-seccomp
	$(NATIVE)/drop-seccomp compile --strict --arch $(MACHINE) -o $@ $<

# What --version says. The commit is followed by a + where the sources differ from it.
COMMIT = $(or $(shell GIT_OPTIONAL_LOCKS=0 git -c safe.directory='*' describe --always --exclude='*' --abbrev=12 \
	--dirty=+ 2>/dev/null),unknown)

.PHONY: force
$(BUILD)/build.h: force
	@mkdir -p $(@D)
	@printf '#define BUILT_FOR "%s"\n#define COMMIT "%s"\n' '$(ARCH)' '$(COMMIT)' >$@.new
	@cmp -s $@.new $@ || mv $@.new $@

# Some names stand for other names there, so the compiler is asked for the numbers as well.
SYSCALLS := echo '\#include <sys/syscall.h>'

$(BUILD)/syscall_names.h: Makefile seccomp/names/newer_syscalls.h | $(TARGET)
	@mkdir -p $(@D)
	{ { $(SYSCALLS); $(SYSCALLS) | $(CC) -E -dM - | sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/"\1" __NR_\1/p'; } | \
		$(CC) -E -P - | sed -n 's/^"\(.*\)" \([0-9]*\)$$/\2 \1/p'; \
		sed -n 's/^\tX(\([a-z0-9_]*\), \([0-9]*\), 0).*/\2 \1/p' seccomp/names/newer_syscalls.h; } | sort -nu | \
		awk '$$1 >= n { while (n++ < $$1) print "\"\\0\""; print "\"" $$2 "\\0\"" }' >$@

$(BUILD)/musl/libcap-ng.a: .ci/libcap-ng .ci/apt | $(TARGET)
	.ci/libcap-ng $(BUILD)/musl $(INIT_CC)

ifneq ($(CROSS),)
$(TARGET): .ci/sysroot .ci/apt
	.ci/sysroot $(ARCH) $(SYSROOT)

# The completions are made of what --help says, which is the same everywhere.
.PHONY: native
native:
	$(MAKE) ARCH=$(HOST) BUILD=$(NATIVE) all
$(NATIVE)/drop-seccomp $(NATIVE)/drop-init.bash: native ;

$(BUILD)/drop-init.bash: $(NATIVE)/drop-init.bash
	cp $< $@
else
# The completions know what --help knows: both come from the option table.
$(BUILD)/drop-init.bash: init/cli/drop-init.bash.in $(BUILD)/drop-init
	$(BUILD)/drop-init --help | awk -v template=$< ' \
		match($$0, /^  (-.,|   ) --/) { \
			for (i = 1; i <= 2; i++) if ($$i ~ /^-/) { sub(/,$$/, "", $$i); names = names " " $$i; \
				if ($$(2 + ($$1 ~ /^-.$$/)) ~ /^[A-Z]|\|/) valued = valued " " $$i } \
		} \
		END { while ((getline line < template) > 0) { \
			sub(/@OPTIONS@/, substr(names, 2), line); sub(/@WITH_VALUE@/, substr(valued, 2), line); \
			print line } }' >$@
endif

# --- installing --------------------------------------------------------------------------------

BIN        := $(DESTDIR)$(PREFIX)/bin
MAN        := $(DESTDIR)$(PREFIX)/share/man
COMPLETION := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
PROFILES   := $(DESTDIR)$(PREFIX)/share/drop-init/profiles

install: all
	install -d $(BIN) $(MAN)/man1 $(MAN)/man8 $(COMPLETION) $(PROFILES)
	install -m 755 $(BUILD)/drop-init $(BUILD)/drop-seccomp $(BIN)
	install -m 644 init/cli/drop-init.8 $(MAN)/man8
	install -m 644 seccomp/drop-seccomp.1 $(MAN)/man1
	install -m 644 $(BUILD)/drop-init.bash $(COMPLETION)/drop-init
	install -m 644 seccomp/drop-seccomp.bash $(COMPLETION)/drop-seccomp
	install -m 644 seccomp/profiles/*.json $(PROFILES)

uninstall:
	rm -f $(BIN)/drop-init $(BIN)/drop-seccomp $(MAN)/man8/drop-init.8 $(MAN)/man1/drop-seccomp.1 \
		$(COMPLETION)/drop-init $(COMPLETION)/drop-seccomp
	rm -rf $(DESTDIR)$(PREFIX)/share/drop-init

clean:
	rm -rf $(BUILD)

# --- drop-seccomp ------------------------------------------------------------------------------

$(BUILD)/drop-seccomp: $(SECCOMP_OBJECTS)
	$(CC) $(CFLAGS) -pie $(LINK) $(NOTE) -o $@ $^ -lseccomp -ljansson

$(BUILD)/seccomp/%.o: seccomp/%.c | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(CFLAGS) -fPIE -D_FORTIFY_SOURCE=2 -MMD -MP -c -o $@ $<

$(BUILD)/seccomp/profiles/shipped.o: seccomp/profiles/shipped.S $(wildcard seccomp/profiles/*.json) | $(TARGET)
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<

# --- images ------------------------------------------------------------------------------------

.PHONY: image feature check-containers

# What docker/Dockerfile copies: static, as the image holds nothing else, no libseccomp.so and no libc.
image: $(BUILD)/image/drop-init $(BUILD)/image/drop-seccomp

$(BUILD)/image/drop-init: $(BUILD)/drop-init
	@mkdir -p $(@D)
	cp $< $@

$(BUILD)/image/drop-seccomp: $(SECCOMP_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static-pie $(LINK) $(NOTE) -Wl,-Map=$@.map -s $(STATIC_LIBC) -o $@ $^ -lseccomp -ljansson
	$(CROSS)strip -R .comment $@

# The dev container Feature with its binary, as it is published: a Feature downloads nothing.
feature: $(BUILD)/drop-init
	rm -rf $(BUILD)/feature
	cp -r docker/devcontainer $(BUILD)/feature
	cp $(BUILD)/drop-init $(BUILD)/feature/src/drop-init/

# --- a release ---------------------------------------------------------------------------------

.PHONY: dist check-dist sign

# For both architectures, from what is committed, twice: see docker/package/dist.
dist:
	.ci/packages build cross dist
	docker/package/dist $(BUILD) $(VERSION)

# Every artefact unpacked, run, and compared with what is said of it. The other architecture's programs as PID 1, in an
# emulated machine: RELEASE=$PWD/build/dist make check-kernels KERNELS=arm64 TESTS=tests/identity.bats
check-dist:
	$(NEED_ROOT)
	.ci/packages build check dist release
	$(MAKE) dist
	BUILD=$(abspath $(BUILD)) TEST_TIMEOUT=600 tests/reachable tests/run tests/dist.bats

# KEY is a secret key of minisign's (a file), or a name of gpg's.
sign:
	docker/package/sign $(BUILD)/dist "$(KEY)"

# Said here and not by whatever fails first.
NEED_ROOT = @[ -z "$(CROSS)" ] || { echo "make $@ ARCH=$(ARCH): runs what it builds: 'make check-kernels KERNELS=$(ARCH)'" >&2; exit 1; }; \
	[ "$$(id -u)" = 0 ] || { echo "make $@: needs root, for namespaces and users: run 'sudo make $@'" >&2; exit 1; }

# --- tests -------------------------------------------------------------------------------------

$(BUILD)/unit/seccomp_%: tests/unit/seccomp_%.c $(filter-out %/main.o,$(SECCOMP_OBJECTS))
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(CFLAGS) -o $@ $^ -lseccomp -ljansson

$(BUILD)/probe/%: tests/probe/%.c | $(TARGET)
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(CFLAGS) -o $@ $< -lcap-ng -pthread

# Go calls an architecture as Debian does.
$(BUILD)/probe/go-server: tests/probe/servers/server.go
	@mkdir -p $(@D)
	CGO_ENABLED=0 GOARCH=$(ARCH) go build -o $@ $<

# drop-init whose PID 1 tries to leave its lockdown.
$(BUILD)/lockdown/escape: tests/lockdown/escape.c $(INIT_OBJECTS) $(INIT_DEPS)
	@mkdir -p $(@D)
	$(INIT_CC) $(COMMON) $(INIT_CFLAGS) $(INIT_LDFLAGS) -Wl,--wrap=poll -o $@ $< $(INIT_OBJECTS) $(INIT_LIBS)

lint:
	.ci/packages build lint
	$(MAKE) $(GENERATED)
	BUILD=$(BUILD) tests/lint

# Both look at the kernel's own view, so neither is built as drop-init is.
$(BUILD)/faults/%: tests/faults/%.c | $(TARGET)
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(CFLAGS) -o $@ $< -lcap-ng

.PHONY: testable
testable: all $(PROBES) $(BUILD)/probe/go-server $(FAULTS) $(BUILD)/bench/announce $(BUILD)/lockdown/escape \
          $(UNIT_TESTS)

# Packages come first, so what is built after them cannot be a prerequisite.
check:
	$(NEED_ROOT)
	.ci/packages build check apps
	$(MAKE) testable
	BUILD=$(abspath $(BUILD)) tests/reachable tests/run $(UNIT_TESTS) \
		$(filter-out tests/dist.bats,$(wildcard tests/*.bats)) $(wildcard tests/apps/*.bats)

# Every system call of a start made to fail in every way, with signals and without: ten minutes.
check-faults:
	$(NEED_ROOT)
	.ci/packages build check
	$(MAKE) all $(FAULTS)
	BUILD=$(abspath $(BUILD)) tests/reachable tests/faults/run --table
	BUILD=$(abspath $(BUILD)) tests/reachable tests/faults/run --table --signals --jobs 6 # they wait most of the time

check-apps:
	$(NEED_ROOT)
	.ci/packages build check apps
	$(MAKE) all $(PROBES)
	BUILD=$(abspath $(BUILD)) tests/reachable tests/run tests/apps

# Kernels that people have, booted under QEMU: KERNELS="5.10 arm64", TESTS="tests/ports.bats", TAGS=kernels:
# see tests/kernels/run.
.PHONY: check-kernels
check-kernels:
	$(NEED_ROOT)
	.ci/packages build kernels
	@BUILD=$(abspath $(BUILD)) KERNELS="$(KERNELS)" TAGS="$(TAGS)" tests/kernels/run $(TESTS)

# gVisor of two years, and containerd as a kubelet drives it: SANDBOXES="2022 2024 cri". See tests/sandboxes/run.
.PHONY: check-sandboxes
check-sandboxes:
	$(NEED_ROOT)
	.ci/packages build check sandboxes
	$(MAKE) all
	BUILD=$(abspath $(BUILD)) SANDBOXES="$(SANDBOXES)" tests/sandboxes/run

check-containers:
	$(NEED_ROOT)
	.ci/packages build check containers
	$(MAKE) all image feature $(BUILD)/probe/go-server
	BUILD=$(abspath $(BUILD)) TEST_TIMEOUT=300 tests/reachable tests/run tests/containers

# What is measured, and on what: see tests/bench/run. "make bench BENCH=starts", "BENCH='--long trees'",
# "PEERS=/tmp/su-exec-musl". tests/bench/peers builds tini, dumb-init and catatonit with musl, where it can.
bench:
	$(NEED_ROOT)
	.ci/packages build bench
	$(MAKE) -s all $(PROBES) $(BENCHES)
	@tests/bench/peers $(BUILD)
	@BUILD=$(abspath $(BUILD)) PEERS="$(PEERS)" unshare --mount tests/reachable tests/bench/run $(BENCH)

# What README.md and tests/bench show: of what make bench measured last, and of the demo as it runs now.
.PHONY: pictures
pictures:
	$(NEED_ROOT)
	.ci/packages build pictures
	$(MAKE) -s all
	BUILD=$(abspath $(BUILD)) /usr/bin/python3 tests/bench/draw # whose packages these are

$(BUILD)/bench/%: tests/bench/%.c | $(TARGET)
	@mkdir -p $(@D)
	$(CC) $(COMMON) -O2 -o $@ $<

# Small, so that what it starts has no large past.
$(BUILD)/bench/timer: tests/bench/timer.c $(INIT_DEPS)
	@mkdir -p $(@D)
	$(INIT_CC) $(COMMON) $(INIT_CFLAGS) $(INIT_LDFLAGS) -o $@ $< $(INIT_LIBS)

LEAST := -Os -nostdlib -static -no-pie -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables \
         -Wl,--build-id=none,-z,noseparate-code,-z,norelro

$(addprefix $(BUILD)/bench/,stamp announce least): $(BUILD)/bench/%: tests/bench/%.c tests/bench/least.h | $(TARGET)
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(LEAST) -o $@ $<

$(BUILD)/bench/least-drop: tests/bench/least.c tests/bench/least.h $(BUILD)/default.bpf
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(LEAST) -DDROP -DFILTER='"$(BUILD)/default.bpf"' -o $@ $<

demo:
	$(NEED_ROOT)
	.ci/packages build demo
	$(MAKE) -s all
	@BUILD=$(abspath $(BUILD)) tests/apps/demo

include tests/fuzz/fuzz.mk tests/sanitize/sanitize.mk
-include $(wildcard $(addprefix $(BUILD)/,init/*.d init/*/*.d init/seccomp/*/*.d seccomp/*.d seccomp/*/*.d))
