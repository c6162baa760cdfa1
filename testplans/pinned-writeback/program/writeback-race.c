// SPDX-License-Identifier: GPL-2.0
/*
 * writeback-race MODE FILE SECONDS [SOURCE]: changes pages of a file on btrfs
 * while they are written, and tells how many cannot be read from the disk then.
 *
 * btrfs computes the checksum of a page and then writes the page. Who changes it
 * in between leaves data that cannot be read back (EIO). What changes it:
 *
 *   pinread    a device: O_DIRECT reads of SOURCE into a shared mapping of FILE
 *   diowrite   a thread: stores to the anonymous buffer of O_DIRECT writes to FILE
 *   mmapwrite  a thread: stores to a shared mapping of FILE; the kernel sees these
 *   bufwrite   a thread: stores to the buffer of buffered writes; they are copied
 *
 * In FILE itself the next write mends what went wrong. So a clone of FILE is made
 * every now and then, FILE.0, FILE.1 and so on: it keeps the extents of its time.
 *
 * Exit status: 0 if every page could be written and read; 1 if not; 2 if the test
 * could not be done.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
/* Small, so that a page's turn comes often. */
#define SIZE (4UL << 20)
#define READ_BACK (256UL << 10)
#define MOST_THREADS 16

static void *read_into_mapping(void *seed);
static void *write_from_buffer(void *seed);
static void *store(void *seed);

struct mode {
	const char *name;
	/* What is done over and over, by how many threads, and bytes at a time. */
	void *(*work)(void *);
	int threads;
	size_t block;
	/* Whether one thread more changes the memory meanwhile. */
	bool stores;
	/* The memory is a mapping of FILE; otherwise it is anonymous. */
	bool maps;
	/* Flags for opening FILE. */
	int flags;
	/* Another thread calls fsync(); O_DIRECT writes need none. */
	bool syncs;
	/* How many clones are made at most, and milliseconds from one to the next. */
	int clones, pause;
};

static const struct mode modes[] = {
	{ "pinread", read_into_mapping, 16, 16 << 10, false, true, 0, true, 30, 400 },
	{ "diowrite", write_from_buffer, 8, 64 << 10, true, false, O_DIRECT, false, 5, 1000 },
	{ "mmapwrite", store, 8, 0, false, true, 0, true, 10, 1000 },
	{ "bufwrite", write_from_buffer, 8, 64 << 10, true, false, 0, true, 10, 1000 },
};

static const struct mode *mode;
static const char *path;
static int file, source = -1;
static off_t source_size;
/* The mapping of FILE, or the buffer. */
static char *memory;
static atomic_bool stop;
static atomic_ulong operations, syncs, refusals;
static int clones;

static void give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

/* pinread: SOURCE's device writes to the pages, which are pinned for that. */
static void *read_into_mapping(void *seed)
{
	unsigned random = (unsigned)(long)seed;

	while (!stop) {
		size_t to = rand_r(&random) % (SIZE / mode->block) * mode->block;
		off_t from = rand_r(&random) % ((source_size - mode->block) / PAGE + 1) * PAGE;

		if (pread(source, memory + to, mode->block, from) != (ssize_t)mode->block)
			give_up("reading SOURCE");
		operations++;
	}
	return NULL;
}

/* diowrite, bufwrite. */
static void *write_from_buffer(void *seed)
{
	unsigned random = (unsigned)(long)seed;

	while (!stop) {
		size_t at = rand_r(&random) % (SIZE / mode->block) * mode->block;

		if (pwrite(file, memory + at, mode->block, at) != (ssize_t)mode->block)
			give_up("writing FILE");
		operations++;
	}
	return NULL;
}

/* One word in every page, over and over. */
static void *store(void *seed)
{
	unsigned random = (unsigned)(long)seed;
	unsigned long value = 0;

	while (!stop) {
		size_t word = rand_r(&random) % (PAGE / sizeof(value)) * sizeof(value);

		for (size_t page = 0; page < SIZE && !stop; page += PAGE)
			*(volatile unsigned long *)(memory + page + word) = ++value;
		/* Where writes are counted, stores are not. */
		if (!mode->stores)
			operations++;
	}
	return NULL;
}

/*
 * btrfs may notice that a page became dirty behind its back, and refuse to write
 * it (EUCLEAN). What was in the page is lost then, so it counts as a failure.
 */
static void refused(const char *what)
{
	if (errno != EUCLEAN && errno != EIO)
		give_up(what);
	if (!refusals++)
		printf("%s: %s\n", what, strerror(errno));
}

static void sync_file(void)
{
	syncs++;
	if (fsync(file))
		refused("fsync");
}

static void *synchronize(void *unused)
{
	(void)unused;
	while (!stop)
		sync_file();
	return NULL;
}

static void clone_name(char *name, size_t size, int number)
{
	if (snprintf(name, size, "%s.%d", path, number) >= (int)size)
		give_up("the name is too long");
}

static void *make_clones(void *unused)
{
	const struct timespec pause = { mode->pause / 1000, mode->pause % 1000 * 1000000L };
	char name[4096];

	(void)unused;
	while (!stop && clones < mode->clones) {
		clone_name(name, sizeof(name), clones);
		int clone = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (clone < 0)
			give_up(name);
		/* It writes FILE first. What it refused is tried once more. */
		if (ioctl(clone, FICLONE, file))
			refused("FICLONE");
		else
			clones++;
		close(clone);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* How many of a file's pages cannot be read from the disk. */
static unsigned long bad_pages(const char *name)
{
	static char bytes[READ_BACK];
	unsigned long bad = 0;
	int copy = open(name, O_RDONLY);

	if (copy < 0)
		give_up(name);
	/* Readahead would try bad pages once more. */
	posix_fadvise(copy, 0, 0, POSIX_FADV_RANDOM);
	for (off_t at = 0; at < (off_t)SIZE; at += READ_BACK) {
		if (pread(copy, bytes, READ_BACK, at) == (ssize_t)READ_BACK)
			continue;
		/* One of them is bad: which? */
		for (off_t page = at; page < at + (off_t)READ_BACK; page += PAGE) {
			ssize_t got = pread(copy, bytes, PAGE, page);

			if (got < 0 && errno == EIO)
				bad++;
			else if (got != (ssize_t)PAGE)
				give_up(name);
		}
	}
	close(copy);
	return bad;
}

static void prepare(const char *source_path)
{
	file = open(path, O_RDWR | O_CREAT | O_TRUNC | mode->flags, 0600);
	if (file < 0 || ftruncate(file, SIZE))
		give_up(path);
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		      mode->maps ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, mode->maps ? file : -1, 0);
	if (memory == MAP_FAILED)
		give_up("mmap");
	/* Every page exists, so that no clone has a hole where nothing can be wrong. */
	memset(memory, 0x5a, SIZE);
	if (!mode->maps && pwrite(file, memory, SIZE, 0) != (ssize_t)SIZE)
		give_up(path);
	if (fsync(file))
		give_up("fsync");
	if (mode->work != read_into_mapping)
		return;
	source = open(source_path, O_RDONLY | O_DIRECT);
	source_size = source < 0 ? 0 : lseek(source, 0, SEEK_END);
	if (source_size < (off_t)mode->block)
		give_up(source_path);
}

static void race(long seconds)
{
	pthread_t threads[MOST_THREADS + 3];
	int count = 0;

	for (int i = 0; i < mode->threads; i++)
		pthread_create(&threads[count++], NULL, mode->work, (void *)(i + 1L));
	if (mode->stores)
		pthread_create(&threads[count++], NULL, store, (void *)100L);
	if (mode->syncs)
		pthread_create(&threads[count++], NULL, synchronize, NULL);
	pthread_create(&threads[count++], NULL, make_clones, NULL);
	sleep(seconds);
	stop = true;
	while (count > 0)
		pthread_join(threads[--count], NULL);
}

/* Everything to the disk, and nothing in the page cache. */
static void forget(void)
{
	sync_file();
	munmap(memory, SIZE);
	sync();

	int caches = open("/proc/sys/vm/drop_caches", O_WRONLY);

	if (caches < 0 || write(caches, "3", 1) != 1)
		give_up("drop_caches");
	close(caches);
}

int main(int argc, char **argv)
{
	char name[4096], *end = "";

	for (size_t i = 0; argc >= 4 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(argv[1], modes[i].name))
			mode = &modes[i];
	long seconds = argc >= 4 ? strtol(argv[3], &end, 10) : 0;
	bool reads = mode && mode->work == read_into_mapping;

	if (!mode || argc != (reads ? 5 : 4) || seconds < 1 || seconds > 3600 || *end) {
		fprintf(stderr, "usage: %s [pinread|diowrite|mmapwrite|bufwrite] FILE SECONDS [SOURCE]\n",
			argv[0]);
		return 2;
	}
	path = argv[2];
	prepare(reads ? argv[4] : NULL);
	race(seconds);
	forget();

	unsigned long bad = bad_pages(path), bad_in_clones = 0;
	int bad_clones = 0;

	for (int i = 0; i < clones; i++) {
		clone_name(name, sizeof(name), i);
		unsigned long pages = bad_pages(name);

		bad_in_clones += pages;
		bad_clones += pages > 0;
	}
	printf("%s: %lu operations, %lu fsyncs, %d clones, %lu times refused\n", mode->name, operations,
	       syncs, clones, refusals);
	printf("unreadable pages: %lu in the file, %lu in %d clones\n", bad, bad_in_clones, bad_clones);
	if (!operations || (clones < 2 && !refusals)) {
		printf("too little happened to tell anything\n");
		return 2;
	}
	return bad || bad_in_clones || refusals ? 1 : 0;
}
