#include "init/filter/filter.h"

#include "init/sys/effect.h"
#include "seccomp/names/syscall_name.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
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
#define PREFIX_MAXIMUM 48

#define SOCKET_TYPE_MASK 0xf /* SOCK_TYPE_MASK: include/linux/net.h */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

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

/* Unless the loaded word is one of these, go to where put_end() will be. */
struct exits {
	unsigned short at[4];
	unsigned count;
};

static void put_one_of(struct builder *b, const uint32_t *values, uint8_t count,
		       struct exits *exits)
{
	for (uint8_t left = count - 1; left; left--)
		put(b, BPF_JMP | BPF_JEQ | BPF_K, *values++, left, 0);
	exits->at[exits->count++] = b->length;
	put_unless(b, *values, 0);
}

static void put_end(struct builder *b, const struct exits *exits)
{
	for (unsigned i = 0; i < exits->count; i++)
		b->room[exits->at[i]].jf = (uint8_t)(b->length - exits->at[i] - 1);
}

/* The kernel looks at 32 bits of each argument, and at four of the type, beside its flags. */
static void put_sockets(struct builder *b, unsigned reports)
{
	static const uint32_t call[] = { SYS_socket }, families[] = { AF_INET, AF_INET6 },
			      types[] = { SOCK_STREAM, SOCK_DGRAM },
			      protocols[] = { 0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_MPTCP };
	const bool streams = reports & REPORT_STREAMS, datagrams = reports & REPORT_DATAGRAMS;
	struct exits exits = { .count = 0 };

	put_one_of(b, call, 1, &exits);
	put_load(b, FILTER_ARGUMENT(0));
	put_one_of(b, families, 2, &exits);
	put_load(b, FILTER_ARGUMENT(1));
	put(b, BPF_ALU | BPF_AND | BPF_K, SOCKET_TYPE_MASK, 0, 0);
	if (streams && datagrams)
		put_one_of(b, types, 2, &exits);
	else
		put_one_of(b, streams ? &types[0] : &types[1], 1, &exits);
	put_load(b, FILTER_ARGUMENT(2));
	put_one_of(b, protocols, 4, &exits);
	put_return(b, REPORT);
	put_end(b, &exits);
	put_load(b, FILTER_NUMBER);
}

/* Only the machine's own calls are reported: another architecture's numbers mean other things. */
static void put_prefix(struct builder *b, unsigned reports)
{
	static const uint32_t machine[] = { FILTER_ARCH };
	struct exits exits = { .count = 0 };

	put_proof(b);
	if (reports & REPORT_BINDS) {
		put_load(b, FILTER_MACHINE);
		put_one_of(b, machine, 1, &exits);
		put_load(b, FILTER_NUMBER);
		put_unless(b, SYS_bind, 1);
		put_return(b, REPORT);
		if (reports & (REPORT_STREAMS | REPORT_DATAGRAMS))
			put_sockets(b, reports);
		put_end(b, &exits);
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

/* Those that are reported, plain as most programs make them. */
static bool allows_sockets(const struct sock_fprog *program)
{
	struct seccomp_data call = { .nr = SYS_socket, .arch = FILTER_ARCH };

	for (uint64_t type = SOCK_STREAM; program->len && type <= SOCK_DGRAM; type++) {
		call.args[0] = AF_INET;
		call.args[1] = type | SOCK_CLOEXEC | SOCK_NONBLOCK;
		if (program_run(program, &call).action != SECCOMP_RET_ALLOW)
			return false;
	}
	return true;
}

static int profile_check(const struct sock_fprog *program, unsigned reports)
{
	if (program_notifies(program))
		return -EBUSY;
	if ((reports & REPORT_BINDS) && !profile_allows(program, SYS_bind))
		return -EACCES;
	return (reports & (REPORT_STREAMS | REPORT_DATAGRAMS)) && !allows_sockets(program) ? -EACCES
											   : 0;
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
