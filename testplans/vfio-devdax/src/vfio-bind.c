// SPDX-License-Identifier: GPL-2.0-only
//
// vfio-bind VENDOR:DEVICE
//
// Binds the one PCI function of that identity to vfio-pci by its driver_override, and makes sure that it is bound, and
// that its IOMMU group can be used: that nothing but vfio-pci and drivers of bridges has a member of it.
#include <stdlib.h>

#include "function.h"

static void fail(const char *what, const char *subject)
{
	fprintf(stderr, "vfio-bind: %s: %s%s%s\n", what, subject, errno ? ": " : "", errno ? strerror(errno) : "");
	exit(1);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("cannot write", path);
	close(fd);
}

static void check_group(const struct function *function)
{
	char path[PATH_MAX], node[32];
	struct function member;
	struct dirent *entry;
	DIR *members;

	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%s/devices", function->group);
	members = opendir(path);
	if (!members)
		fail("cannot read the IOMMU group", path);
	while ((entry = readdir(members))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(member.address))
			continue;
		strcpy(member.address, entry->d_name);
		look_at(&member);
		// Drivers of bridges do no DMA (drivers/vfio/group.c, vfio_dev_viable).
		if (strcmp(member.driver, "vfio-pci") && strcmp(member.driver, "pcieport") && member.driver[0]) {
			errno = 0;
			fail("another driver has a member of the group", entry->d_name);
		}
	}
	closedir(members);
	snprintf(node, sizeof(node), "/dev/vfio/%s", function->group);
	errno = 0;
	if (access(node, R_OK | W_OK))
		fail("the group has no node", node);
}

int main(int count, char **words)
{
	struct function function;
	char path[PATH_MAX];
	int found;

	if (count != 2) {
		fprintf(stderr, "vfio-bind VENDOR:DEVICE\n");
		return 2;
	}
	found = find_function(words[1], &function);
	errno = 0;
	if (found != 1)
		fail(found ? "more than one PCI function" : "no such PCI function", words[1]);
	if (!function.group[0])
		fail("the function is in no IOMMU group: is there an IOMMU?", function.address);

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver_override", function.address);
	write_text(path, "vfio-pci");
	if (function.driver[0] && strcmp(function.driver, "vfio-pci")) {
		snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver/unbind", function.address);
		write_text(path, function.address);
	}
	look_at(&function);
	if (!function.driver[0])
		write_text("/sys/bus/pci/drivers_probe", function.address);
	look_at(&function);
	errno = 0;
	if (strcmp(function.driver, "vfio-pci"))
		fail("the function is not bound to vfio-pci (is the module loaded?)", function.address);
	check_group(&function);
	printf("%s is bound to vfio-pci, IOMMU group %s\n", function.address, function.group);
	return 0;
}
