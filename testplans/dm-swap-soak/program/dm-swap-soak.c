// SPDX-License-Identifier: GPL-2.0
/*
 * dm-swap-soak TARGET SECONDS SWAP DATA: device-mapper tables, loaded and
 * switched over and over while the machine swaps to device-mapper.
 *
 * Swap lies on dm-crypt over the block device SWAP. A child touches more
 * memory than there is, at random, and checks what it reads back. Meanwhile
 *  - a device on DATA gets a table of TARGET (crypt or snapshot), is used, and
 *    goes again;
 *  - a table of thousands of segments is loaded, whose copy in the kernel is
 *    allocated by kvmalloc() with GFP_NOIO;
 *  - the swap device itself gets its table anew and is switched to it, with
 *    its I/O in flight.
 * An allocation that waits for the I/O it stands in the way of ends in a hang.
 *
 * Like lvm2, the process that loads tables locks its memory: it must not need
 * the swap device that it suspends.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEGMENTS 10000	/* of the large table: 700 KB to copy, 1.5 MB of targets */
#define SECTORS_OF_SEGMENT 8
#define FILL_SECONDS 60	/* at most, until the memory is full */
#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
	    "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static int control;
/* The kernel may be short of memory, and say so; anything else is a failure. */
static unsigned int refused;

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

/* The buffer of an ioctl: its head, and the targets behind it. */
struct table {
	struct dm_ioctl *head;
	size_t used;
};

static struct table table_new(size_t room)
{
	struct table table = { calloc(1, sizeof(struct dm_ioctl) + room), sizeof(struct dm_ioctl) };

	if (!table.head)
		fail("calloc: %s", strerror(errno));
	table.head->data_size = sizeof(struct dm_ioctl) + room;
	table.head->data_start = sizeof(struct dm_ioctl);
	return table;
}

static void add_target(struct table *table, uint64_t start, uint64_t length, const char *type, const char *parameters)
{
	struct dm_target_spec *target = (void *)((char *)table->head + table->used);
	size_t size = (sizeof(*target) + strlen(parameters) + 1 + 7) & ~7UL;

	if (table->used + size > table->head->data_size)
		fail("the table is larger than its buffer");
	target->sector_start = start;
	target->length = length;
	target->next = size;
	strcpy(target->target_type, type);
	strcpy((char *)(target + 1), parameters);
	table->used += size;
	table->head->target_count++;
}

/* One ioctl; false if the kernel had no memory for it. */
static int dm(unsigned long request, const char *what, const char *name, struct table *table, unsigned int flags)
{
	struct table none = { 0 };
	int result;

	if (!table) {
		none = table_new(0);
		table = &none;
	}
	table->head->version[0] = DM_VERSION_MAJOR;
	table->head->flags = flags;
	strcpy(table->head->name, name);
	result = ioctl(control, request, table->head);
	if (result != 0 && errno != ENOMEM)
		fail("%s of %s: %s", what, name, strerror(errno));
	if (result != 0)
		refused++;
	if (none.head)
		free(none.head);
	return result == 0;
}

static void create(const char *name, char *node, size_t size)
{
	struct table request = table_new(0);

	while (!dm(DM_DEV_CREATE, "create", name, &request, 0))
		request.head->data_size = sizeof(struct dm_ioctl);
	snprintf(node, size, "/dev/dm-%u", minor(request.head->dev));
	free(request.head);
}

static void retry(unsigned long request, const char *what, const char *name, unsigned int flags)
{
	while (!dm(request, what, name, NULL, flags))
		usleep(10000);
}

static void resume(const char *name)
{
	retry(DM_DEV_SUSPEND, "resume", name, 0);
}

static void remove_device(const char *name)
{
	retry(DM_DEV_REMOVE, "remove", name, 0);
}

/* A table of one target. */
static int load(const char *name, uint64_t sectors, const char *type, const char *parameters)
{
	struct table table = table_new(4096);
	int done;

	add_target(&table, 0, sectors, type, parameters);
	done = dm(DM_TABLE_LOAD, "load", name, &table, 0);
	free(table.head);
	return done;
}

static uint64_t sectors_of(const char *device)
{
	uint64_t bytes;
	int file = open(device, O_RDONLY | O_CLOEXEC);

	if (file < 0 || ioctl(file, BLKGETSIZE64, &bytes) != 0)
		fail("%s: %s", device, strerror(errno));
	close(file);
	return bytes / 512;
}

/* Writes and reads a few blocks, past the page cache, so that the target works. */
static void use(const char *node)
{
	static char block[65536] __attribute__((aligned(4096)));
	int file = open(node, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (file < 0)
		fail("%s: %s", node, strerror(errno));
	for (int n = 0; n < 4; n++) {
		memset(block, n + 1, sizeof(block));
		if (pwrite(file, block, sizeof(block), n * 1048576L) != sizeof(block))
			fail("write to %s: %s", node, strerror(errno));
		memset(block, 0, sizeof(block));
		if (pread(file, block, sizeof(block), n * 1048576L) != sizeof(block))
			fail("read from %s: %s", node, strerror(errno));
		if (block[0] != n + 1 || block[sizeof(block) - 1] != n + 1)
			fail("%s does not give back what was written", node);
	}
	close(file);
}

static int soak_crypt(const char *data, uint64_t sectors)
{
	char parameters[512], node[32];
	int done;

	create("soak-crypt", node, sizeof(node));
	snprintf(parameters, sizeof(parameters), "aes-xts-plain64 " KEY " 0 %s 0", data);
	done = load("soak-crypt", sectors, "crypt", parameters);
	if (done) {
		resume("soak-crypt");
		use(node);
	}
	remove_device("soak-crypt");
	return done;
}

/*
 * An origin with a snapshot, whose exceptions lie in the second half of DATA:
 * base (linear), origin over it, cow (linear), snapshot of base.
 */
static int soak_snapshot(const char *data, uint64_t sectors)
{
	char parameters[512], base[32], origin[32], cow[32], snapshot[32], zero[4096] = { 0 };
	uint64_t half = sectors / 2 & ~255UL;
	int file, done;

	create("soak-base", base, sizeof(base));
	create("soak-cow", cow, sizeof(cow));
	create("soak-origin", origin, sizeof(origin));
	create("soak-snapshot", snapshot, sizeof(snapshot));
	snprintf(parameters, sizeof(parameters), "%s 0", data);
	done = load("soak-base", half, "linear", parameters);
	snprintf(parameters, sizeof(parameters), "%s %llu", data, (unsigned long long)half);
	done = done && load("soak-cow", half, "linear", parameters);
	if (done) {
		resume("soak-base");
		resume("soak-cow");
		/* No header: the snapshot begins empty. */
		file = open(cow, O_WRONLY | O_CLOEXEC);
		if (file < 0 || write(file, zero, sizeof(zero)) != sizeof(zero) || fsync(file) != 0)
			fail("write to %s: %s", cow, strerror(errno));
		close(file);
		done = load("soak-origin", half, "snapshot-origin", base);
		snprintf(parameters, sizeof(parameters), "%s %s P 8", base, cow);
		done = done && load("soak-snapshot", half, "snapshot", parameters);
	}
	if (done) {
		resume("soak-snapshot");
		resume("soak-origin");
		/* Both copy what is overwritten. */
		use(origin);
		use(snapshot);
	}
	remove_device("soak-snapshot");
	remove_device("soak-origin");
	remove_device("soak-cow");
	remove_device("soak-base");
	return done;
}

static int soak_large(const char *data)
{
	struct table table = table_new(SEGMENTS * 72UL);
	char node[32], parameters[64];
	int done;

	create("soak-large", node, sizeof(node));
	for (uint64_t n = 0; n < SEGMENTS; n++) {
		/* Backwards, so that no two segments are one. */
		snprintf(parameters, sizeof(parameters), "%s %llu", data,
			 (unsigned long long)(SEGMENTS - 1 - n) * SECTORS_OF_SEGMENT);
		add_target(&table, n * SECTORS_OF_SEGMENT, SECTORS_OF_SEGMENT, "linear", parameters);
	}
	done = dm(DM_TABLE_LOAD, "load", "soak-large", &table, 0);
	free(table.head);
	remove_device("soak-large");
	return done;
}

/* The table of the swap device, anew, under its I/O. */
static int switch_swap(const char *parameters, uint64_t sectors)
{
	if (!load("soak-swap", sectors, "crypt", parameters))
		return 0;
	retry(DM_DEV_SUSPEND, "suspend", "soak-swap", DM_SUSPEND_FLAG);
	resume("soak-swap");
	return 1;
}

static void run(const char *program, const char *argument)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		execl(program, program, argument, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		fail("%s %s failed", program, argument);
}

static void set_oom(const char *value)
{
	int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, value, strlen(value)) < 0)
		fail("oom_score_adj: %s", strerror(errno));
	close(file);
}

/* A number of /proc/vmstat or /proc/meminfo. */
static unsigned long number(const char *path, const char *name)
{
	char line[128];
	unsigned long value = 0;
	FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)) && strchr(" :", line[strlen(name)]))
			value = strtoul(line + strlen(name) + 1, NULL, 10);
	if (file)
		fclose(file);
	return value;
}

static unsigned long vmstat(const char *name)
{
	return number("/proc/vmstat", name);
}

/* Touches more memory than there is, and checks that every page is as it was left. */
__attribute__((noreturn)) static void press(void)
{
	uint64_t state = 88172645463325252ULL;
	uint64_t *area;
	size_t pages;

	/* A fifth more than there is: one page in six is on the swap device at any time. */
	pages = number("/proc/meminfo", "MemAvailable") / 4 * 6 / 5;
	area = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		_exit(2);
	for (size_t step = 0;; step++) {
		/* First all of them in turn, then at random (Marsaglia's xorshift). */
		size_t page = step;

		if (step >= pages) {
			state ^= state << 13, state ^= state >> 7, state ^= state << 17;
			page = state % pages;
			if (area[page * 512] != page || area[page * 512 + 511] != ~page)
				_exit(3);
		}
		area[page * 512] = page;
		area[page * 512 + 1] = state;
		area[page * 512 + 511] = ~page;
	}
}

/* Memory is full and pages come back from swap. */
static int presses(pid_t child)
{
	if (waitpid(child, NULL, WNOHANG) != 0)
		fail("the task that takes the memory ended: see the kernel's log");
	return vmstat("pswpin") > 512;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	unsigned int targets = 0, larges = 0, switches = 0;
	unsigned long out, in;
	char parameters[512], swap[32];
	uint64_t swap_sectors, data_sectors;
	double end;
	int seconds, status;
	pid_t child;

	if (argc != 5 || (strcmp(argv[1], "crypt") && strcmp(argv[1], "snapshot")) || (seconds = atoi(argv[2])) < 1)
		fail("usage: %s crypt|snapshot SECONDS SWAP DATA", argv[0]);
	control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		fail("/dev/mapper/control: %s", strerror(errno));
	swap_sectors = sectors_of(argv[3]);
	data_sectors = sectors_of(argv[4]);
	if (data_sectors < (uint64_t)SEGMENTS * SECTORS_OF_SEGMENT)
		fail("%s is smaller than %d sectors", argv[4], SEGMENTS * SECTORS_OF_SEGMENT);

	create("soak-swap", swap, sizeof(swap));
	snprintf(parameters, sizeof(parameters), "aes-xts-plain64 " KEY " 0 %s 0", argv[3]);
	if (!load("soak-swap", swap_sectors, "crypt", parameters))
		fail("no memory for the swap device");
	resume("soak-swap");
	run("/sbin/mkswap", swap);
	if (swapon(swap, 0) != 0)
		fail("swapon %s: %s", swap, strerror(errno));

	child = fork();
	if (child == 0) {
		set_oom("1000");
		press();
	}
	set_oom("-1000");
	if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
		fail("mlockall: %s", strerror(errno));
	for (end = now() + FILL_SECONDS; !presses(child) && now() < end;)
		usleep(100000);
	out = vmstat("pswpout");
	in = vmstat("pswpin");
	for (end = now() + seconds; now() < end;) {
		targets += strcmp(argv[1], "crypt") ? soak_snapshot(argv[4], data_sectors) :
						      soak_crypt(argv[4], data_sectors);
		larges += soak_large(argv[4]);
		switches += switch_swap(parameters, swap_sectors);
		if (waitpid(child, &status, WNOHANG) == child) {
			if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
				fail("a page came back from swap with other contents");
			fail("the task that takes the memory ended with status 0x%x: see the kernel's log", status);
		}
	}
	out = vmstat("pswpout") - out;
	in = vmstat("pswpin") - in;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	if (swapoff(swap) != 0)
		fail("swapoff: %s", strerror(errno));
	remove_device("soak-swap");
	printf("%u tables of %s, %u of %d segments, %u switches of the swap device; %u requests without memory\n",
	       targets, argv[1], larges, SEGMENTS, switches, refused);
	printf("%lu pages swapped out, %lu in\n", out, in);
	if (!targets || !larges || !switches)
		fail("nothing was loaded: more seconds, or more memory");
	if (out < 1024 || in < 128)
		fail("there was no memory pressure, so this shows nothing: more seconds, or less memory");
	return 0;
}
