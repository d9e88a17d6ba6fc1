/* Run a command as PID 1 of a new PID namespace, and make one of its system calls fail.
 *
 *     inject [-t TRACEE:INDEX] [-e ERROR] [-s SIGNAL] [-l LOG] [-x SECONDS] COMMAND...
 *
 * TRACEE 0 is PID 1; 1, 2 … are what it forks (or threads), in that order, each up to its
 * execve(2), where it is let go: what is run is never tampered with. INDEX counts a tracee's calls
 * from 0, and PID 1's from its own execve(2). ERROR is a number: the call is not made, and returns
 * that; 0 is a success that did nothing. SIGNAL is sent to PID 1 right before the call; it is
 * blocked there from the start, and so in the command, which can tell whether it came. LOG gets a
 * line for each call: "TRACEE INDEX NUMBER MILLISECONDS", and a last one with PID 1's wait status.
 *
 * Not strace -e inject, because that counts for each process by itself, goes on into the command,
 * cannot stay outside the namespace of a PID 1 that it starts, and makes the call number -1, which
 * a filter that kills what it does not know answers first. Here the call becomes getpid(2).
 *
 * After SECONDS it says what each process is doing, and kills PID 1.
 */
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define CALL_RESULT rax
#elif defined(__aarch64__)
#define CALL_RESULT regs[0]
#else
#error "not written for this machine: where does it keep a system call's number and its result?"
#endif

#define MOST_TRACEES 16
#define OPTIONS                                                                                    \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |   \
	 PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)

struct tracee {
	pid_t pid;
	int index; /* of the call that it is in, or that comes next */
	bool inside, counting, faked;
};

struct job {
	int tracee, index; /* where; tracee -1: nowhere */
	bool fakes;
	int error, signal;
	FILE *log;
	long began;
	pid_t init;
	struct tracee tracees[MOST_TRACEES];
	int count;
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(70);
}

static long clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct tracee *tracee_find(struct job *job, pid_t pid)
{
	for (int i = 0; i < job->count; i++) {
		if (job->tracees[i].pid == pid)
			return &job->tracees[i];
	}
	if (job->count == MOST_TRACEES)
		fail("too many processes");
	job->tracees[job->count] = (struct tracee){ .pid = pid, .counting = job->count > 0 };
	return &job->tracees[job->count++];
}

static bool registers_transfer(enum __ptrace_request request, pid_t pid, unsigned long type,
			       void *data, size_t size)
{
	struct iovec room = { data, size };

	return ptrace(request, pid, type, &room) == 0;
}

/* The number of the call that a tracee is about to make. False: it was killed meanwhile. */
static bool call_number(pid_t pid, int *ret_number)
{
#ifdef __aarch64__
	return registers_transfer(PTRACE_GETREGSET, pid, NT_ARM_SYSTEM_CALL, ret_number,
				  sizeof(*ret_number));
#else
	struct user_regs_struct registers;

	if (!registers_transfer(PTRACE_GETREGSET, pid, NT_PRSTATUS, &registers, sizeof(registers)))
		return false;
	*ret_number = (int)registers.orig_rax;
	return true;
#endif
}

/* It may be gone, which the next stop says. */
static void call_replace(pid_t pid, int number)
{
#ifdef __aarch64__
	(void)registers_transfer(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &number,
				 sizeof(number));
#else
	struct user_regs_struct registers;

	if (!registers_transfer(PTRACE_GETREGSET, pid, NT_PRSTATUS, &registers, sizeof(registers)))
		return;
	registers.orig_rax = (unsigned long long)number;
	(void)registers_transfer(PTRACE_SETREGSET, pid, NT_PRSTATUS, &registers, sizeof(registers));
#endif
}

/* A call is about to be made. */
static void call_enter(struct job *job, struct tracee *tracee)
{
	const int number = (int)(tracee - job->tracees);
	int call;

	if (!call_number(tracee->pid, &call))
		return;
	if (job->log)
		fprintf(job->log, "%d %d %d %ld\n", number, tracee->index, call,
			clock_ms() - job->began);
	if (number != job->tracee || tracee->index != job->index)
		return;
	if (job->signal && kill(job->init, job->signal))
		fail("kill");
	if (!job->fakes)
		return;
	tracee->faked = true;
	call_replace(tracee->pid, SYS_getpid);
}

static void call_leave(struct job *job, struct tracee *tracee)
{
	struct user_regs_struct registers;

	tracee->index++;
	if (!tracee->faked)
		return;
	tracee->faked = false;
	if (!registers_transfer(PTRACE_GETREGSET, tracee->pid, NT_PRSTATUS, &registers,
				sizeof(registers)))
		return;
	registers.CALL_RESULT = (unsigned long long)-(long long)job->error;
	/* It may be gone. */
	(void)registers_transfer(PTRACE_SETREGSET, tracee->pid, NT_PRSTATUS, &registers,
				 sizeof(registers));
}

static bool signal_is_fault(int signal)
{
	return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE;
}

/* Deal with a stop; returns how to go on: a request, and in *ret_signal what to deliver. */
static int stop_handle(struct job *job, struct tracee *tracee, int status, int *ret_signal)
{
	const int event = status >> 16, signal = WSTOPSIG(status);

	*ret_signal = 0;
	if (event == PTRACE_EVENT_EXEC && (tracee != job->tracees || tracee->counting))
		return PTRACE_DETACH;
	if (event == PTRACE_EVENT_EXEC && !tracee->counting) {
		/* Still inside execve(2); the first call that counts comes after it. */
		tracee->counting = true;
		tracee->inside = true;
		tracee->index = -1;
	} else if (signal == (SIGTRAP | 0x80) && tracee->counting) {
		tracee->inside = !tracee->inside;
		if (tracee->inside)
			call_enter(job, tracee);
		else
			call_leave(job, tracee);
	} else if (!event && signal_is_fault(signal)) {
		return PTRACE_DETACH; /* a PID 1 that is traced would survive it, and fault for ever
				       */
	} else if (!event && signal != (SIGTRAP | 0x80)) {
		*ret_signal = signal;
	}
	return PTRACE_SYSCALL;
}

static volatile sig_atomic_t is_late;

static void late(int number)
{
	(void)number;
	is_late = 1;
	(void)alarm(1); /* once more: this one may have come right before waitpid(2) */
}

/* What holds everything up? /proc is that of the namespace of PID 1. */
static void stall_tell(void)
{
	(void)!system("cd /proc && for p in [0-9]*; do echo inject: late: process $p,"
		      " $(grep -aE '^(Name|State|SigPnd|ShdPnd|SigBlk)' $p/status),"
		      " wchan $(cat $p/wchan), syscall $(cat $p/syscall); done >&2");
}

/* Until PID 1 has ended; returns its wait status. */
static int follow(struct job *job)
{
	for (;;) {
		int status, deliver, request;
		const pid_t pid = waitpid(-1, &status, __WALL);
		struct tracee *tracee;

		if (pid < 0 && errno == EINTR) {
			if (is_late) {
				stall_tell();
				kill(job->init, SIGKILL);
			}
			continue;
		}
		if (pid < 0)
			fail("waitpid");
		if (!WIFSTOPPED(status)) {
			if (pid == job->init)
				return status;
			continue;
		}
		tracee = tracee_find(job, pid);
		request = stop_handle(job, tracee, status, &deliver);
		/* PTRACE_LISTEN would be right for a group stop; nothing here stops itself. */
		(void)ptrace(request, pid, NULL, (void *)(long)deliver); /* it may be gone */
	}
}

/* Becomes PID 1 when the gate opens. */
static _Noreturn void start(const struct job *job, char **command, const int gate[2])
{
	sigset_t blocked;
	char byte;

	(void)close(gate[1]);
	if (setsid() < 0 || mount("proc", "/proc", "proc", 0, NULL))
		fail("setting up PID 1");
	if (read(gate[0], &byte, 1) != 1 || close(gate[0]))
		fail("gate");
	sigemptyset(&blocked);
	if (job->signal)
		sigaddset(&blocked, job->signal);
	if (sigprocmask(SIG_SETMASK, &blocked, NULL))
		fail("sigprocmask");
	execv(command[0], command);
	fail(command[0]);
}

static void launch(struct job *job, char **command)
{
	int gate[2];

	if (unshare(CLONE_NEWPID | CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || pipe(gate))
		fail("namespaces");
	job->init = fork();
	if (job->init < 0)
		fail("fork");
	if (!job->init)
		start(job, command, gate);
	(void)tracee_find(job, job->init);
	if (ptrace(PTRACE_SEIZE, job->init, NULL, (void *)OPTIONS) ||
	    ptrace(PTRACE_INTERRUPT, job->init, NULL, NULL))
		fail("ptrace");
	if (write(gate[1], "", 1) != 1 || close(gate[1]) || close(gate[0]))
		fail("gate");
}

static void options_read(struct job *job, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+t:e:s:l:x:")) >= 0) {
		if (option == 't' && sscanf(optarg, "%d:%d", &job->tracee, &job->index) != 2)
			fail("-t");
		if (option == 'e') {
			job->fakes = true;
			job->error = atoi(optarg);
		}
		if (option == 's')
			job->signal = atoi(optarg);
		if (option == 'l' && !(job->log = fopen(optarg, "we")))
			fail(optarg);
		if (option == 'x')
			(void)alarm((unsigned)atoi(optarg));
		if (option == '?')
			exit(70);
	}
}

int main(int argc, char **argv)
{
	struct job job = { .tracee = -1, .began = clock_ms() };
	int status;

	(void)sigaction(SIGALRM, &(struct sigaction){ .sa_handler = late }, NULL);
	options_read(&job, argc, argv);
	launch(&job, argv + optind);
	status = follow(&job);
	if (job.log) {
		fprintf(job.log, "ended %d\n", status);
		fclose(job.log);
	}
	return 0;
}
