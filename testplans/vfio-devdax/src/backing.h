// SPDX-License-Identifier: GPL-2.0-only
// The memories that are mapped for DMA, what proves that each is what it is called, and what the kernel is to say to it.
#ifndef BACKING_H
#define BACKING_H

#include <linux/magic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "function.h"

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

#define MIB (1UL << 20)
// Device-dax gives out whole units of its alignment, 2 MiB; so does every mapping here.
#define ALIGNMENT (2 * MIB)

enum kind { ANONYMOUS, MEMFD, TMPFS, EXT4, FSDAX_EXT4, FSDAX_XFS, DEVDAX, KINDS };

static const char *const kind_names[KINDS] = {
	"anonymous", "memfd", "tmpfs", "ext4", "fsdax-ext4", "fsdax-xfs", "devdax",
};

struct backing {
	enum kind kind;
	// For a file system a directory in it, for device-dax the node; empty for memory without a name.
	char path[PATH_MAX];
};

// `KIND` or `KIND=PATH`. Returns 0 if there is no such kind, or the path is missing or too much.
static inline int parse_backing(const char *word, struct backing *backing)
{
	size_t length = strcspn(word, "=");
	int wants_path;

	for (int kind = 0; kind < KINDS; kind++) {
		if (strlen(kind_names[kind]) != length || strncmp(kind_names[kind], word, length))
			continue;
		backing->kind = kind;
		wants_path = kind != ANONYMOUS && kind != MEMFD;
		if (wants_path != (word[length] == '='))
			return 0;
		copy_text(backing->path, sizeof(backing->path), wants_path ? word + length + 1 : "");
		return !wants_path || backing->path[0] == '/';
	}
	return 0;
}

static inline int is_fsdax(enum kind kind) { return kind == FSDAX_EXT4 || kind == FSDAX_XFS; }

// Major and minor version of the running kernel, as 6.12 is 612.
static inline int kernel_version(void)
{
	struct utsname names;
	int major = 0, minor = 0;

	if (uname(&names) || sscanf(names.release, "%d.%d", &major, &minor) != 2)
		return 0;
	return major * 100 + (minor < 100 ? minor : 99);
}

// What VFIO_IOMMU_MAP_DMA is to return, 0 or a negative errno, on kernels since 4.16.
//
// | backing    | what                                                                          | since |
// |------------|-------------------------------------------------------------------------------|-------|
// | fsdax-*    | EOPNOTSUPP: a pin would keep the file system from moving its blocks           | 4.16  |
// | ext4       | EFAULT for writing: the device would write behind the back of a file system   | 6.5   |
// |            | that tracks what is dirty (mm/gup.c, writable_file_mapping_allowed)           |       |
// | all others | 0, device-dax among them: nothing moves its blocks                            |       |
static inline int expected_result(enum kind kind, int is_writable, int version)
{
	if (is_fsdax(kind))
		return -EOPNOTSUPP;
	if (kind == EXT4 && is_writable && version >= 605)
		return -EFAULT;
	return 0;
}

// The options of the mount that a file lies in: those of the file system itself, the last field of its line.
static inline int mount_options(const struct stat *file, char *options, size_t size)
{
	char line[4096];
	unsigned int major_number, minor_number;
	FILE *table = fopen("/proc/self/mountinfo", "re");
	int found = 0;

	if (!table)
		return 0;
	while (fgets(line, sizeof(line), table)) {
		char *last;

		line[strcspn(line, "\n")] = 0;
		last = strrchr(line, ' ');
		if (sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) != 2 || !last)
			continue;
		if (makedev(major_number, minor_number) == file->st_dev) {
			// A later mount lies over an earlier one.
			copy_text(options, size, last + 1);
			found = 1;
		}
	}
	fclose(table);
	return found;
}

// True if the options say that files are mapped directly: `dax` up to 5.9, `dax=always` since.
static inline int has_dax(const char *options)
{
	char copy[4096], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", options);
	while ((word = strsep(&rest, ",")))
		if (!strcmp(word, "dax") || !strcmp(word, "dax=always"))
			return 1;
	return 0;
}

// Proves that an open file is what its kind says. Returns what it is instead, or NULL.
static inline const char *check_file(enum kind kind, int fd, unsigned long size)
{
	static char told[4200];
	struct statx extended;
	struct statfs system;
	struct stat file;
	char options[4096], path[PATH_MAX], text[64];

	if (fstat(fd, &file))
		return "a file without a status";
	if (kind == DEVDAX) {
		if (!S_ISCHR(file.st_mode))
			return "no character device";
		snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/subsystem", major(file.st_rdev), minor(file.st_rdev));
		link_name(path, text, sizeof(text));
		if (strcmp(text, "dax"))
			return "a character device that is not of device-dax";
		snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/size", major(file.st_rdev), minor(file.st_rdev));
		if (read_line(path, text, sizeof(text)) || strtoull(text, NULL, 0) < size)
			return "a device-dax node that is too small";
		return NULL;
	}
	if (!S_ISREG(file.st_mode))
		return "no regular file";
	if (fstatfs(fd, &system))
		return "a file of no file system";
	if (kind == MEMFD || kind == TMPFS)
		return system.f_type == TMPFS_MAGIC ? NULL : "a file that is not of tmpfs";
	if (system.f_type != (kind == FSDAX_XFS ? XFS_SUPER_MAGIC : EXT4_SUPER_MAGIC))
		return "a file of another file system";
	if (!mount_options(&file, options, sizeof(options)))
		return "a file of no mount";
	if (has_dax(options) != is_fsdax(kind)) {
		snprintf(told, sizeof(told), "a file of a mount with the options %s", options);
		return told;
	}
	// The mount's word is for its files to come: the file itself tells whether it is mapped directly.
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &extended) || !(extended.stx_attributes_mask & STATX_ATTR_DAX))
		return kernel_version() < 508 ? NULL : "a file that does not tell whether it is mapped directly (STATX_ATTR_DAX)";
	if (!!(extended.stx_attributes & STATX_ATTR_DAX) != is_fsdax(kind))
		return is_fsdax(kind) ? "a file that is not mapped directly" : "a file that is mapped directly";
	return NULL;
}

// Opens a backing of at least so many bytes. A file gets them written, so that no hole is mapped, and has no name any
// more. Returns a descriptor, -1 for anonymous memory, or -2 with what is wrong told.
static inline int open_backing(const struct backing *backing, unsigned long size, const char **trouble)
{
	static char told[2 * PATH_MAX + 200];
	char name[PATH_MAX + 32];
	char page[4096];
	int fd;

	*trouble = NULL;
	switch (backing->kind) {
	case ANONYMOUS:
		return -1;
	case MEMFD:
		fd = memfd_create("vfio-devdax", MFD_CLOEXEC);
		break;
	case DEVDAX:
		// Without O_CREAT: a name that is mistyped must not become a file.
		fd = open(backing->path, O_RDWR | O_CLOEXEC);
		break;
	default:
		snprintf(name, sizeof(name), "%s/vfio-devdax.XXXXXX", backing->path);
		fd = mkostemp(name, O_CLOEXEC);
		if (fd >= 0)
			unlink(name);
	}
	if (fd < 0) {
		snprintf(told, sizeof(told), "cannot open %s: %s", backing->path, strerror(errno));
		*trouble = told;
		return -2;
	}
	if (backing->kind != DEVDAX) {
		memset(page, 0x5a, sizeof(page));
		for (unsigned long at = 0; at < size; at += sizeof(page)) {
			if (pwrite(fd, page, sizeof(page), at) != sizeof(page)) {
				snprintf(told, sizeof(told), "cannot write to %s: %s", backing->path, strerror(errno));
				*trouble = told;
				close(fd);
				return -2;
			}
		}
	}
	*trouble = check_file(backing->kind, fd, size);
	if (*trouble) {
		snprintf(told, sizeof(told), "%s is %s",
			 backing->path[0] ? backing->path : kind_names[backing->kind], *trouble);
		*trouble = told;
		close(fd);
		return -2;
	}
	return fd;
}

// Maps a backing at an aligned address, as QEMU does with `align=2M`, with every page touched. MAP_FAILED on failure.
static inline void *map_backing(enum kind kind, int fd, unsigned long size)
{
	char *place = mmap(NULL, size + ALIGNMENT, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int flags = MAP_FIXED | (kind == ANONYMOUS ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
	volatile char *memory;

	if (place == MAP_FAILED)
		return MAP_FAILED;
	place = (char *)(((unsigned long)place + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
	memory = mmap(place, size, PROT_READ | PROT_WRITE, flags, kind == ANONYMOUS ? -1 : fd, 0);
	if (memory == MAP_FAILED)
		return MAP_FAILED;
	for (unsigned long at = 0; at < size; at += 4096)
		memory[at] = 0x5a;
	return (void *)memory;
}

#endif
