// SPDX-License-Identifier: GPL-2.0-only
// The PCI function that is given to vfio, found by its identity: the one of vendor and device in the machine.
#ifndef FUNCTION_H
#define FUNCTION_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PCI_DEVICES "/sys/bus/pci/devices"

struct function {
	char address[32]; // 0000:03:00.0
	char group[16];	  // its IOMMU group's number; empty without an IOMMU
	char driver[64];  // the driver that it is bound to; empty if it is to none
};

// Copies a text as far as there is room.
static inline void copy_text(char *target, size_t size, const char *text)
{
	size_t length = strnlen(text, size - 1);

	memcpy(target, text, length);
	target[length] = 0;
}

// The first line of a small file; an empty text if there is none.
static inline int read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t count;

	line[0] = 0;
	if (fd < 0)
		return -errno;
	count = read(fd, line, size - 1);
	close(fd);
	if (count < 0)
		return -EIO;
	line[count] = 0;
	line[strcspn(line, "\n")] = 0;
	return 0;
}

// Where a link of sysfs leads, without the directories.
static inline void link_name(const char *path, char *name, size_t size)
{
	char target[PATH_MAX];
	ssize_t count = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	name[0] = 0;
	if (count < 0)
		return;
	target[count] = 0;
	slash = strrchr(target, '/');
	copy_text(name, size, slash ? slash + 1 : target);
}

static inline void look_at(struct function *function)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/iommu_group", function->address);
	link_name(path, function->group, sizeof(function->group));
	snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver", function->address);
	link_name(path, function->driver, sizeof(function->driver));
}

// Finds the one function of an identity such as `1234:11e8`. Returns how many there are.
static inline int find_function(const char *identity, struct function *found)
{
	char path[PATH_MAX], vendor[16], device[16], both[40];
	struct dirent *entry;
	int count = 0;
	DIR *devices = opendir(PCI_DEVICES);

	if (!devices)
		return 0;
	while ((entry = readdir(devices))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(found->address))
			continue;
		snprintf(path, sizeof(path), PCI_DEVICES "/%s/vendor", entry->d_name);
		read_line(path, vendor, sizeof(vendor));
		snprintf(path, sizeof(path), PCI_DEVICES "/%s/device", entry->d_name);
		read_line(path, device, sizeof(device));
		if (strncmp(vendor, "0x", 2) || strncmp(device, "0x", 2))
			continue;
		snprintf(both, sizeof(both), "%s:%s", vendor + 2, device + 2);
		if (strcmp(both, identity))
			continue;
		if (!count++)
			strcpy(found->address, entry->d_name);
	}
	closedir(devices);
	if (count)
		look_at(found);
	return count;
}

#endif
