// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of the lab's guest: from the initrd to the root file system, run one
 * job, report how it ended, switch the machine off. The host believes only
 * the report: whoever dies on the way, dies without one.
 *
 * Order of this file: a guest's life.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Files that the host hands over, see guest.sh. */
#define FW_CFG "/sys/firmware/qemu_fw_cfg/by_name/opt/gnic-lab/"
#define JOB "/run/lab-job"
#define CONSOLE "/dev/hvc0"	/* only there if somebody sits at it */

#define PORT_TRIES 1000		/* every 10 ms */

/* A way to the host. It goes away with its driver, and comes back with it. */
struct port {
	const char *path;
	int fd;
};

struct mount_entry {
	const char *source, *target, *type;
	unsigned long flags;
	const char *options;
};

static const struct mount_entry early_mounts[] = {
	{ "dev", "/dev", "devtmpfs", 0, "mode=0755" },
	{ "proc", "/proc", "proc", 0, NULL },
	{ "sys", "/sys", "sysfs", 0, NULL },
};

/* The image below, memory above: all may be written, nothing stays. */
static const struct mount_entry root_mounts[] = {
	{ "tmpfs", "/root", "tmpfs", 0, "mode=0755" },
	{ "/dev/vda", "/root/lower", "erofs", MS_RDONLY, NULL },
	{ "overlay", "/root/merged", "overlay", 0,
	  "lowerdir=/root/lower,upperdir=/root/upper,workdir=/root/work" },
};

static const struct mount_entry guest_mounts[] = {
	{ "proc", "/proc", "proc", 0, NULL },
	{ "sys", "/sys", "sysfs", 0, NULL },
	{ "dev", "/dev", "devtmpfs", 0, NULL },
	{ "devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666" },
	{ "shm", "/dev/shm", "tmpfs", 0, "mode=1777" },
	{ "run", "/run", "tmpfs", 0, "mode=0755" },
	{ "tmp", "/tmp", "tmpfs", 0, "mode=1777" },
	{ "bpf", "/sys/fs/bpf", "bpf", 0, NULL },
	{ "cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL },
	{ "debugfs", "/sys/kernel/debug", "debugfs", 0, NULL },
	{ "tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL },
};

/* What udev would add to devtmpfs. */
static const char *const dev_links[][2] = {
	{ "/proc/self/fd", "/dev/fd" },
	{ "fd/0", "/dev/stdin" },
	{ "fd/1", "/dev/stdout" },
	{ "fd/2", "/dev/stderr" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* The console is the host's log file, and no report follows: a failure. */
static void fail(const char *what)
{
	printf("lab: guest failed: %s: %s\n", what, strerror(errno));
	fflush(stdout);
	power_off();
}

static void mount_all(const struct mount_entry *entry, size_t count)
{
	for (; count--; entry++) {
		mkdir(entry->target, 0755);
		if (mount(entry->source, entry->target, entry->type,
			  entry->flags, entry->options))
			fail(entry->target);
	}
}

static void open_kernel_console(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd < 0)
		return;
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
}

static void load_modules(void)
{
	char path[32];
	int fd, i;

	for (i = 0;; i++) {
		snprintf(path, sizeof(path), "/modules/%d.ko", i);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
			fail(path);
		close(fd);
	}
}

/* Allocated, with a NUL behind the end. */
static char *read_file(const char *path)
{
	size_t len = 0, room = 4096;
	char *text = malloc(room);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		fail(path);
	while (text && (n = read(fd, text + len, room - len - 1)) > 0) {
		len += n;
		if (room - len < 2)
			text = realloc(text, room *= 2);
	}
	if (!text)
		fail("memory");
	close(fd);
	text[len] = '\0';
	return text;
}

static void make_path(const char *path)
{
	char *copy = strdup(path), *slash = copy;

	while (slash && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(copy, 0755);
		*slash = '/';
	}
	mkdir(path, 0755);
	free(copy);
}

static void link_devices(void)
{
	size_t i;

	for (i = 0; i < COUNT(dev_links); i++) {
		if (symlink(dev_links[i][0], dev_links[i][1]))
			fail(dev_links[i][1]);
	}
	mkdir("/dev/virtio-ports", 0755);
}

static void enter_root(void)
{
	mkdir("/root/lower", 0755);
	mount_all(root_mounts, 1);
	mkdir("/root/upper", 0755);
	mkdir("/root/work", 0755);
	mount_all(root_mounts + 1, COUNT(root_mounts) - 1);
	if (chdir("/root/merged") || mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot("."))
		fail("chroot");
	mount_all(guest_mounts, COUNT(guest_mounts));
	link_devices();
}

/* The work tree, where the host has it; guest.sh says how it is cached. */
static void mount_tree(void)
{
	char *tree = read_file(FW_CFG "tree/raw");
	char *cache = read_file(FW_CFG "cache/raw");
	char options[100];

	snprintf(options, sizeof(options),
		 "trans=virtio,version=9p2000.L,cache=%s,msize=512000", cache);
	make_path(tree);
	if (mount("tree", tree, "9p", MS_RDONLY, options))
		fail(tree);
	free(cache);
	free(tree);
}

static void loopback_up(void)
{
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &req))
		fail("lo");
	close(fd);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail(path);
	close(fd);
}

static void link_port(const char *device)
{
	char path[300], link[300], *name;

	snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", device);
	if (access(path, R_OK))
		return;
	name = read_file(path);
	name[strcspn(name, "\n")] = '\0';
	snprintf(path, sizeof(path), "../%s", device);
	snprintf(link, sizeof(link), "/dev/virtio-ports/%s", name);
	if (*name)
		symlink(path, link);
	free(name);
}

/* What udev would do: /dev/virtio-ports/NAME for each port. */
static void link_ports(void)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		link_port(entry->d_name);
	if (dir)
		closedir(dir);
}

/* Ports get their names by messages from the host, a little late. */
static void open_port(struct port *port)
{
	int tries;

	for (tries = 0; tries < PORT_TRIES; tries++) {
		link_ports();
		port->fd = open(port->path, O_WRONLY | O_CLOEXEC);
		if (port->fd >= 0)
			return;
		usleep(10 * 1000);
	}
	fail(port->path);
}

static void write_port(struct port *port, const char *text, size_t len)
{
	int tries = PORT_TRIES;
	ssize_t n;

	while (len) {
		n = write(port->fd, text, len);
		if (n >= 0) {
			text += n;
			len -= n;
			continue;
		}
		if (!tries--)
			fail(port->path);
		close(port->fd);
		usleep(10 * 1000);
		open_port(port);
	}
}

static void run_job(int output, const sigset_t *mask)
{
	char *const argv[] = { "bash", JOB, NULL };
	char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
		"HOME=/root", "LC_ALL=C.UTF-8", NULL
	};

	sigprocmask(SIG_UNBLOCK, mask, NULL);
	setsid();
	dup2(open("/dev/null", O_RDONLY), 0);
	if (output < 0) {
		output = open(CONSOLE, O_RDWR);
		dup2(output, 0);
		ioctl(output, TIOCSCTTY, 0);
	}
	dup2(output, 1);
	dup2(output, 2);
	if (output > 2)
		close(output);
	execve("/bin/bash", argv, env);
	_exit(127);
}

/* Move what is there. A false says that nobody can write any more. */
static bool relay(int from, struct port *to)
{
	static char buffer[65536];
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		write_port(to, buffer, n);
	return n < 0;
}

/* Collects orphans too; true when it was the job. */
static bool reap(pid_t job, int *status)
{
	bool found = false;
	int one;
	pid_t pid;

	while ((pid = waitpid(-1, &one, WNOHANG)) > 0) {
		if (pid == job) {
			*status = one;
			found = true;
		}
	}
	return found;
}

/*
 * The job ends when its first process does, whatever it left in the
 * background. A pipe lies between them and the port, because a port cannot be
 * opened again as /dev/stdout.
 */
static int wait_for_job(pid_t job, int from, struct port *to, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = from, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	int status = 0;
	bool ended = false;

	while (!ended) {
		poll(fds, COUNT(fds), -1);
		if (read(signals, &info, sizeof(info)) > 0)
			ended = reap(job, &status);
		if (fds[1].fd >= 0 && !relay(from, to))
			fds[1].fd = -1;
	}
	return status;
}

static int do_job(void)
{
	bool seated = !access(CONSOLE, F_OK);
	struct port output = { "/dev/virtio-ports/lab.output", -1 };
	int pipes[2] = { -1, -1 }, signals, status;
	sigset_t mask;
	pid_t job;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	if (!seated) {
		open_port(&output);
		if (pipe2(pipes, O_CLOEXEC))
			fail("pipe");
		fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	}
	job = fork();
	if (job == 0)
		run_job(pipes[1], &mask);
	if (!seated)
		close(pipes[1]);
	status = wait_for_job(job, pipes[0], &output, signals);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void report(struct port *port, const char *what)
{
	write_port(port, what, strlen(what));
}

int main(void)
{
	struct port result = { "/dev/virtio-ports/lab.result", -1 };
	char verdict[32];

	mount_all(early_mounts, COUNT(early_mounts));
	open_kernel_console();
	load_modules();
	enter_root();
	mount_tree();
	loopback_up();
	sethostname("lab", 3);
	write_file(JOB, read_file(FW_CFG "job/raw"));
	open_port(&result);
	report(&result, "lab-job\n");
	snprintf(verdict, sizeof(verdict), "lab-result: %d\n", do_job());
	report(&result, verdict);
	close(result.fd);
	power_off();
}
