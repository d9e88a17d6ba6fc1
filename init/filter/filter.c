#include "init/filter/filter.h"

#include "init/sys/effect.h"
#include "init/filter/socket_options.h"
#include "seccomp/names/syscall_name.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_TSYNC_ESRCH
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1UL << 4)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV /* Linux 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* A patched refusal keeps its errno in the data, which the kernel does not look at: it can be put
 * back, and no profile of somebody's own holds it (filter_compose() refuses those). */
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
#define ASK    (SECCOMP_RET_USER_NOTIF | EPERM)
#define REPORT SECCOMP_RET_USER_NOTIF

#define X32_BIT	       0x40000000u
#define PREFIX_MAXIMUM (34 + SOCKET_OPTION_COUNT) /* below 256, the reach of a jump */

/* A call that no program makes, and an answer that no kernel gives: see filter_prove(). */
#define PROOF_ARGUMENT 0x64726f70u
#define PROOF_ANSWER   4095 /* the largest errno that a filter can return */

struct builder {
	struct sock_filter *room;
	unsigned short length;
};

static void put(struct builder *b, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	b->room[b->length++] = (struct sock_filter){ .code = code, .jt = jt, .jf = jf, .k = k };
}

static void put_load(struct builder *b, uint32_t offset)
{
	put(b, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

/* Unless the loaded word is VALUE, leave out the next SKIP instructions. */
static void put_unless(struct builder *b, uint32_t value, uint8_t skip)
{
	put(b, BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}

static void put_return(struct builder *b, uint32_t action)
{
	put(b, BPF_RET | BPF_K, action, 0, 0);
}

/* The number comes first: the kernel runs this for every call of every architecture while the
 * filter is loaded, and nearly all of them end there. */
static void put_proof(struct builder *b)
{
	put_load(b, FILTER_NUMBER);
	put_unless(b, SYS_execve, 7);
	put_load(b, FILTER_MACHINE);
	put_unless(b, FILTER_ARCH, 5);
	put_load(b, FILTER_ARGUMENT(1));
	put_unless(b, PROOF_ARGUMENT, 3);
	put_load(b, FILTER_ARGUMENT(0));
	put_unless(b, 0, 1);
	put_return(b, SECCOMP_RET_ERRNO | PROOF_ANSWER);
}

unsigned short filter_put_proof(struct sock_filter *room)
{
	struct builder b = { .room = room };

	put_proof(&b);
	return b.length;
}

/* Level and name in one word, so that a table of comparisons will do. Both are small; what they
 * have in common with a larger one is reported for nothing, which is no harm. */
static void put_options(struct builder *b)
{
	unsigned left = SOCKET_OPTION_COUNT;

	put_unless(b, SYS_setsockopt, SOCKET_OPTION_COUNT + 8);
	put_load(b, FILTER_ARGUMENT(1));
	put(b, BPF_ALU | BPF_LSH | BPF_K, 16, 0, 0);
	put(b, BPF_MISC | BPF_TAX, 0, 0, 0);
	put_load(b, FILTER_ARGUMENT(2));
	put(b, BPF_ALU | BPF_OR | BPF_X, 0, 0, 0);
#define X(level, name)                                                                             \
	put(b, BPF_JMP | BPF_JEQ | BPF_K, (level) << 16 | (name), (uint8_t)left--, 0);
	SOCKET_OPTIONS(X)
#undef X
	put(b, BPF_JMP | BPF_JA, 1, 0, 0);
	put_return(b, REPORT);
	put(b, BPF_LDX | BPF_IMM, 0, 0, 0); /* as a profile's program finds it */
}

/* Only the machine's own calls are reported: another architecture's numbers mean other things. */
static void put_prefix(struct builder *b, unsigned reports)
{
	unsigned short arch;

	put_proof(b);
	if (reports & (REPORT_BINDS | REPORT_OPTIONS)) {
		put_load(b, FILTER_MACHINE);
		arch = b->length;
		put_unless(b, FILTER_ARCH, 0);
		put_load(b, FILTER_NUMBER);
		if (reports & REPORT_BINDS) {
			put_unless(b, SYS_bind, 1);
			put_return(b, REPORT);
		}
		if (reports & REPORT_OPTIONS)
			put_options(b);
		b->room[arch].jf = (uint8_t)(b->length - arch - 1);
	}
	/* A profile's program starts with an empty register. Not a load of 0: the kernel's search
	 * for calls that are always allowed understands AND, and gives up at BPF_IMM. */
	put(b, BPF_ALU | BPF_AND | BPF_K, 0, 0, 0);
}

/* clone3's flags are out of a filter's sight: without it, every libc uses clone. Another
 * architecture's calls are reported, for somebody has to say that they are not recorded. */
static void put_recorder(struct builder *b, const struct syscall_set *silent)
{
	put_proof(b);
	put_load(b, FILTER_MACHINE);
	put(b, BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCH, 1, 0);
	put_return(b, REPORT);
	put_load(b, FILTER_NUMBER);
	put(b, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 1, 0);
	put_unless(b, SYS_clone3, 1);
	put_return(b, SECCOMP_RET_ERRNO | ENOSYS);
	for (int call = 0; call < SYSCALL_COUNT; call++) {
		if (!syscall_set_has(silent, call))
			continue;
		put_unless(b, (uint32_t)call, 1);
		put_return(b, SECCOMP_RET_ALLOW);
	}
	put_return(b, REPORT);
}

static void put_profile(struct builder *b, const struct sock_fprog *profile, bool denials)
{
	if (profile->len == 0) {
		put_return(b, SECCOMP_RET_ALLOW);
		return;
	}
	for (unsigned short i = 0; i < profile->len; i++) {
		struct sock_filter copy = profile->filter[i];

		if (denials && copy.code == (BPF_RET | BPF_K) && copy.k == REFUSE)
			copy.k = ASK;
		b->room[b->length++] = copy;
	}
}

static bool program_notifies(const struct sock_fprog *program)
{
	for (unsigned short i = 0; i < program->len; i++) {
		const struct sock_filter *f = &program->filter[i];

		if (f->code == (BPF_RET | BPF_K) &&
		    (f->k & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_USER_NOTIF)
			return true;
	}
	return false;
}

static bool profile_allows(const struct sock_fprog *program, int number)
{
	return program->len == 0 || program_allows(program, FILTER_ARCH, (uint32_t)number);
}

const char *filter_refused_start(const struct filter *profile)
{
	for (const char *const *name = program_start_calls; *name; name++) {
		if (!profile_allows(&profile->program, syscall_number(*name)))
			return *name;
	}
	return NULL;
}

static int profile_check(const struct sock_fprog *program, unsigned reports)
{
	if (program_notifies(program))
		return -EBUSY;
	if ((reports & REPORT_BINDS) && !profile_allows(program, SYS_bind))
		return -EACCES;
	if ((reports & REPORT_OPTIONS) && !profile_allows(program, SYS_setsockopt))
		return -EACCES;
	return 0;
}

int filter_compose(const struct filter *profile, unsigned reports, const struct syscall_set *silent,
		   struct filter *ret_filter)
{
	const size_t size = (BPF_MAXINSNS + PREFIX_MAXIMUM) * sizeof(struct sock_filter);
	bool denials = reports & REPORT_DENIALS;
	struct builder b = { 0 };
	int r = profile->program.len > BPF_MAXINSNS ? -E2BIG
						    : profile_check(&profile->program, reports);

	if (r < 0)
		return r;
	/* Pages that are not written cost nothing, and all of them go back after the load. */
	b.room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (b.room == MAP_FAILED)
		return -ENOMEM; /* cppcheck-suppress memleak ; there is none */
	if (reports & REPORT_CALLS) {
		put_recorder(&b, silent);
	} else {
		denials = denials && !filter_refused_start(profile);
		put_prefix(&b, reports);
		put_profile(&b, &profile->program, denials);
	}
	ret_filter->program = (struct sock_fprog){ .len = b.length, .filter = b.room };
	ret_filter->flags = profile->flags;
	ret_filter->name = profile->name;
	if (b.length > BPF_MAXINSNS) {
		filter_release(ret_filter);
		return -E2BIG;
	}
	return 0;
}

void filter_release(struct filter *composed)
{
	if (composed->program.filter) {
		/* Can only fail for an address that is not ours. */
		(void)munmap(composed->program.filter,
			     (BPF_MAXINSNS + PREFIX_MAXIMUM) * sizeof(struct sock_filter));
	}
	composed->program = (struct sock_fprog){ 0 };
}

bool filter_reports(const struct filter *composed)
{
	return program_notifies(&composed->program);
}

/* A NULL program is looked at after the flags: EFAULT says that they are known. */
bool filter_flags_known(uint32_t flags)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) < 0 && errno == EFAULT;
}

/* Answer in the kernel what PID 1 would have been asked. */
static void program_unreport(const struct sock_fprog *program)
{
	for (unsigned short i = 0; i < program->len; i++) {
		struct sock_filter *f = &program->filter[i];

		if (f->code != (BPF_RET | BPF_K))
			continue;
		if (f->k == ASK)
			f->k = REFUSE;
		else if (f->k == REPORT)
			f->k = SECCOMP_RET_ALLOW;
	}
}

static int program_load(const struct sock_fprog *program, unsigned long flags)
{
	long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);

	return r < 0 ? -errno : (int)r;
}

/* PR_GET_SECCOMP does not tell where there was a filter before, as in every container, and a
 * profile may report prctl(2), which would wait for PID 1 for ever. Without our filter this call is
 * EFAULT; and whatever filters are around us let execve(2) be called. */
int filter_prove(void)
{
	if (syscall(SYS_execve, NULL, (unsigned long)PROOF_ARGUMENT, NULL) != -1 ||
	    errno != PROOF_ANSWER)
		return -ENOEFFECT;
	return 0;
}

int filter_load(const struct filter *composed, int *ret_listener)
{
	/* One thread: TSYNC would do nothing, and excludes a listener without TSYNC_ESRCH. */
	const unsigned long flags =
		composed->flags &
		~(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH |
		  SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	const unsigned long listen = flags | SECCOMP_FILTER_FLAG_NEW_LISTENER;
	int r = -EBUSY;

	if (ret_listener) {
		r = program_load(&composed->program,
				 listen | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
		r = r == -EINVAL ? program_load(&composed->program, listen) : r;
		*ret_listener = r >= 0 ? r : -1;
	}
	if (r == -EBUSY || r == -EINVAL) {
		program_unreport(&composed->program);
		r = program_load(&composed->program, flags);
	}
	if (r >= 0 && ret_listener && *ret_listener == r && r <= STDERR_FILENO)
		return -ENOEFFECT; /* the streams are never free */
	return r < 0 ? r : filter_prove();
}

/* Before it knew of actions, the kernel did not know the question either. */
bool filter_can_listen(void)
{
	const uint32_t action = SECCOMP_RET_USER_NOTIF;

	return !syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) ||
	       (errno != EINVAL && errno != EOPNOTSUPP);
}
