// SPDX-License-Identifier: GPL-2.0
/*
 * fault-deadlock MODE DIRECTORY SECONDS: two processes, each doing I/O on a
 * file of its own with a mapping of the other's file as the buffer.
 *
 * The buffer's page is in no cache, so the kernel faults it in while it copies,
 * that is while it holds the lock of the file that is read or written. The
 * fault wants the lock of the other file, which the other process holds: gfs2
 * before 5.16 waits for ever.
 *
 * MODE is buffered-read, buffered-write, direct-read or direct-write.
 *
 * Each file has two halves. I/O is done on pages of the lower one, pages of the
 * upper one serve as the other process's buffer. A page holds its number in its
 * file, so that wrong data is seen.
 *
 * Exit status: 0 after SECONDS without a hang; 1 if an I/O failed or gave wrong
 * data; 2 if the test could not be done, or no buffer ever had to be faulted in.
 * Where the kernel deadlocks it does not end at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
/* Pages of a half, so I/Os from one eviction to the next. */
#define HALF 512

struct mode {
	const char *name;
	bool writes;
	bool direct;
};

static const struct mode modes[] = {
	{ "direct-read", false, true },
	{ "direct-write", true, true },
	{ "buffered-read", false, false },
	{ "buffered-write", true, false },
};

static void give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void make_file(const char *path)
{
	uint64_t page[PAGE / sizeof(uint64_t)];
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (file < 0)
		give_up(path);
	for (uint64_t number = 0; number < 2 * HALF; number++) {
		for (size_t word = 0; word < PAGE / sizeof(uint64_t); word++)
			page[word] = number;
		if (write(file, page, PAGE) != PAGE)
			give_up(path);
	}
	if (fsync(file) || close(file))
		give_up(path);
}

/* Takes a file's pages out of the page cache. Dirty ones must be written first. */
static void evict(int file)
{
	if (fdatasync(file))
		give_up("fdatasync");
	if (posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED))
		give_up("POSIX_FADV_DONTNEED");
}

static bool in_cache(void *page)
{
	unsigned char state;

	if (mincore(page, PAGE, &state))
		give_up("mincore");
	return state & 1;
}

/* A page of the other file holds what was read into it. */
static void check_read(const volatile uint64_t *buffer, uint64_t wanted)
{
	const uint64_t first = buffer[0], last = buffer[PAGE / sizeof(uint64_t) - 1];

	if (first == wanted && last == wanted)
		return;
	printf("wrong data: read page %llu, got %llu…%llu\n", (unsigned long long)wanted,
	       (unsigned long long)first, (unsigned long long)last);
	exit(1);
}

/* A page of the own file holds what was written to it from the other's upper half. */
static void check_written(int file, uint64_t number, uint64_t wanted)
{
	uint64_t page[PAGE / sizeof(uint64_t)];

	if (pread(file, page, PAGE, number * PAGE) != PAGE)
		give_up("reading back");
	if (page[0] == wanted && page[PAGE / sizeof(uint64_t) - 1] == wanted)
		return;
	printf("wrong data: wrote %llu to page %llu, got %llu\n", (unsigned long long)wanted,
	       (unsigned long long)number, (unsigned long long)page[0]);
	exit(1);
}

/* One of the two processes. */
static void work(const struct mode *mode, const char *own, const char *other, double end)
{
	int file = open(own, O_RDWR | (mode->direct ? O_DIRECT : 0));
	int plain = open(own, O_RDWR), buffer_file = open(other, O_RDWR);

	if (file < 0 || plain < 0 || buffer_file < 0)
		give_up(own);

	/* What is written from needs only be readable; so the fault is one for reading. */
	int protection = mode->writes ? PROT_READ : PROT_READ | PROT_WRITE;
	char *buffers = mmap(NULL, HALF * PAGE, protection, MAP_SHARED, buffer_file, HALF * PAGE);

	if (buffers == MAP_FAILED)
		give_up("mmap");
	/* Readahead would fetch the next buffers at a time when no lock is held. */
	madvise(buffers, HALF * PAGE, MADV_RANDOM);
	posix_fadvise(plain, 0, 0, POSIX_FADV_RANDOM);
	posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM);

	unsigned long operations = 0, faulting = 0;

	while (now() < end) {
		/* The mapping first: a mapped page stays in the cache. */
		madvise(buffers, HALF * PAGE, MADV_DONTNEED);
		evict(buffer_file);
		evict(plain);
		for (uint64_t number = 0; number < HALF && now() < end; number++) {
			char *buffer = buffers + number * PAGE;

			faulting += !in_cache(buffer);
			ssize_t done = mode->writes ? pwrite(file, buffer, PAGE, number * PAGE)
						    : pread(file, buffer, PAGE, number * PAGE);
			if (done != PAGE) {
				printf("%s of %d bytes: %s\n", mode->name, PAGE,
				       done < 0 ? strerror(errno) : "cut short");
				exit(1);
			}
			operations++;
			if (mode->writes)
				check_written(plain, number, HALF + number);
			else
				check_read((uint64_t *)buffer, number);
		}
	}
	printf("%s: %lu operations, %lu with a buffer outside the cache\n", mode->name, operations,
	       faulting);
	exit(faulting ? 0 : 2);
}

int main(int argc, char **argv)
{
	const struct mode *mode = NULL;
	char path[2][4096], *end;

	for (size_t i = 0; argc == 4 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(argv[1], modes[i].name))
			mode = &modes[i];
	long seconds = argc == 4 ? strtol(argv[3], &end, 10) : 0;

	if (!mode || seconds < 1 || seconds > 3600 || *end) {
		fprintf(stderr, "usage: %s [direct|buffered]-[read|write] DIRECTORY SECONDS\n", argv[0]);
		return 2;
	}
	for (int i = 0; i < 2; i++) {
		if (snprintf(path[i], sizeof(path[i]), "%s/%d", argv[2], i) >= (int)sizeof(path[i]))
			return 2;
		make_file(path[i]);
	}

	double deadline = now() + seconds;

	for (int i = 0; i < 2; i++) {
		pid_t child = fork();

		if (child < 0)
			give_up("fork");
		if (child == 0)
			work(mode, path[i], path[!i], deadline);
	}

	int worst = 0;

	for (int i = 0; i < 2; i++) {
		int status;

		if (wait(&status) < 0)
			give_up("wait");
		status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		/* A wrong result outweighs one that is missing. */
		if (status == 1 || worst == 0)
			worst = status;
	}
	return worst;
}
