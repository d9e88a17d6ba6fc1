/* ownership_adversary: races against whoever changes owners in a tree, until it is killed.
 *
 *     ownership_adversary UID TREE VICTIM ATTIC
 *
 * With nothing but UID's rights it makes the names in TREE (a folder of UID's) stand for something
 * else as fast as it can: folders and files for symbolic links into VICTIM, files for hard links to
 * VICTIM's and for FIFOs; it moves folders out to ATTIC and back, and makes more without end.
 * VICTIM holds "file", which UID may write (so that the kernel lets UID link it), and the folder
 * "folder". Prints "ready" when all is under way.
 */
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *tree, *victim, *attic;

static const char *path_in(const char *folder, const char *name)
{
	static char paths[4][4096];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void exchange(const char *a, const char *b)
{
	(void)renameat2(AT_FDCWD, path_in(tree, a), AT_FDCWD, path_in(tree, b), RENAME_EXCHANGE);
}

static void file_create(const char *name)
{
	int fd = open(path_in(tree, name), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	if (fd >= 0)
		close(fd);
}

/* A folder, full of names that VICTIM's folder has too, takes turns with a link to that. */
static void folder_for_link(void)
{
	(void)mkdir(path_in(tree, "folder"), 0755);
	file_create("folder/file");
	(void)symlink(path_in(victim, "folder"), path_in(tree, "folder-link"));
	for (;;)
		exchange("folder", "folder-link");
}

static void file_for_link(void)
{
	file_create("file");
	(void)symlink(path_in(victim, "file"), path_in(tree, "file-link"));
	for (;;)
		exchange("file", "file-link");
}

/* An ordinary file is the victim's for a moment. */
static void file_for_hard_link(void)
{
	file_create("hard");
	for (;;) {
		(void)link(path_in(victim, "file"), path_in(tree, "hard-link"));
		exchange("hard", "hard-link");
		exchange("hard", "hard-link");
		(void)unlink(path_in(tree, "hard-link"));
	}
}

/* The same for a walk that trusts only what has not changed for a while. */
static void file_for_hard_link_patiently(void)
{
	const struct timespec pause = { .tv_nsec = 15000000 };

	file_create("calm");
	for (;;) {
		(void)link(path_in(victim, "file"), path_in(tree, "calm-link"));
		exchange("calm", "calm-link");
		(void)nanosleep(&pause, NULL);
		(void)rename(path_in(tree, "calm-link"), path_in(tree, "calm"));
		(void)nanosleep(&pause, NULL);
		file_create("calm");
	}
}

static void folder_moves_out(void)
{
	(void)mkdir(path_in(tree, "nomad"), 0755);
	(void)mkdir(path_in(tree, "nomad/inner"), 0755);
	file_create("nomad/inner/file");
	for (;;) {
		(void)rename(path_in(tree, "nomad"), path_in(attic, "nomad"));
		(void)symlink(victim, path_in(tree, "nomad"));
		(void)unlink(path_in(tree, "nomad"));
		(void)rename(path_in(attic, "nomad"), path_in(tree, "nomad"));
	}
}

static void file_for_folder(void)
{
	file_create("either");
	(void)mkdir(path_in(tree, "or"), 0755);
	for (;;)
		exchange("either", "or");
}

/* The name is the victim's or nobody's, and the victim's file has one name again before it could be
 * looked at twice. */
static void hard_link_blinks(void)
{
	for (;;) {
		(void)link(path_in(victim, "file"), path_in(tree, "blink"));
		(void)unlink(path_in(tree, "blink"));
	}
}

/* What must not be opened: who does waits for a writer. */
static void fifo_for_file(void)
{
	file_create("stream");
	(void)mkfifo(path_in(tree, "fifo"), 0755);
	for (;;)
		exchange("stream", "fifo");
}

/* There is always more to read, and a folder below. */
static void folder_grows(void)
{
	char name[64];

	(void)mkdir(path_in(tree, "growing"), 0755);
	for (unsigned i = 0;; i++) {
		(void)snprintf(name, sizeof(name), "growing/%u", i);
		if (i % 2)
			file_create(name);
		else
			(void)mkdir(path_in(tree, name), 0755);
		(void)snprintf(name, sizeof(name), "growing/%u", i - 500);
		(void)remove(path_in(tree, name));
	}
}

int main(int argc, char **argv)
{
	static void (*const attacks[])(void) = {
		folder_for_link,  file_for_link,   file_for_hard_link, file_for_hard_link_patiently,
		folder_moves_out, file_for_folder, hard_link_blinks,   fifo_for_file,
		folder_grows,
	};
	uid_t uid;

	if (argc != 5)
		errx(125, "usage: ownership_adversary UID TREE VICTIM ATTIC");
	uid = (uid_t)atol(argv[1]);
	tree = argv[2];
	victim = argv[3];
	attic = argv[4];
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		err(125, "cannot become %u", uid);
	for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks); i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(125, "fork");
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			attacks[i]();
		}
	}
	puts("ready");
	(void)fflush(stdout);
	(void)wait(NULL);
	return 1; /* an attacker has ended */
}
