// SPDX-License-Identifier: GPL-2.0-only
//
// vfio-map VENDOR:DEVICE BACKING…
//
// Maps memories for the DMA of a PCI function that is bound to vfio-pci, by VFIO_IOMMU_MAP_DMA (Documentation/driver-api/
// vfio.rst), each read-write and read-only, and compares what the kernel says with what it is to say. A backing is
// anonymous, memfd, tmpfs=DIR, ext4=DIR, fsdax-ext4=DIR, fsdax-xfs=DIR or devdax=NODE. Prints KTAP.
#include <linux/vfio.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "backing.h"
#include "ktap.h"

#define SIZE (8 * MIB)
#define IOVA 0x100000000ULL

// A container with the group of the function in it; every way that it cannot be had is our trouble.
static int open_container(const char *identity)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	struct function function;
	char path[32];
	int container, group;
	int found = find_function(identity, &function);

	if (found != 1)
		ktap_bail_out("%d PCI functions %s, not 1", found, identity);
	if (strcmp(function.driver, "vfio-pci"))
		ktap_bail_out("%s is bound to '%s', not to vfio-pci", function.address, function.driver);
	container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (container < 0)
		ktap_bail_out("cannot open /dev/vfio/vfio: %s", strerror(errno));
	if (ioctl(container, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		ktap_bail_out("another version of the VFIO API");
	if (ioctl(container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1)
		ktap_bail_out("no type 1 IOMMU (is vfio_iommu_type1 loaded?)");
	snprintf(path, sizeof(path), "/dev/vfio/%s", function.group);
	group = open(path, O_RDWR | O_CLOEXEC);
	if (group < 0)
		ktap_bail_out("cannot open %s: %s", path, strerror(errno));
	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status) || !(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		ktap_bail_out("IOMMU group %s is not viable", function.group);
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container))
		ktap_bail_out("cannot put group %s into the container: %s", function.group, strerror(errno));
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		ktap_bail_out("cannot use the type 1 IOMMU: %s", strerror(errno));
	// The IOMMU maps for a device that is really in our hands.
	if (ioctl(group, VFIO_GROUP_GET_DEVICE_FD, function.address) < 0)
		ktap_bail_out("cannot have %s: %s", function.address, strerror(errno));
	ktap_say("%s, IOMMU group %s", function.address, function.group);
	return container;
}

static const char *text_of(int result)
{
	return result ? strerror(-result) : "mapped";
}

// Undoes a mapping, all of it.
static int unmap(int container)
{
	struct vfio_iommu_type1_dma_unmap request = {.argsz = sizeof(request), .iova = IOVA, .size = SIZE};

	if (ioctl(container, VFIO_IOMMU_UNMAP_DMA, &request)) {
		ktap_say("VFIO_IOMMU_UNMAP_DMA: %d (%s)", -errno, strerror(errno));
		return 0;
	}
	if (request.size != SIZE)
		ktap_say("VFIO_IOMMU_UNMAP_DMA: %llu bytes of %lu", (unsigned long long)request.size, SIZE);
	return request.size == SIZE;
}

static void try(int container, const struct backing *backing, int is_writable)
{
	struct vfio_iommu_type1_dma_map request = {.argsz = sizeof(request), .iova = IOVA, .size = SIZE};
	const char *mode = is_writable ? "rw" : "ro";
	const char *trouble;
	int expected = expected_result(backing->kind, is_writable, kernel_version());
	int result, is_right;
	void *memory;
	int fd = open_backing(backing, SIZE, &trouble);

	if (trouble)
		ktap_bail_out("%s: %s", kind_names[backing->kind], trouble);
	memory = map_backing(backing->kind, fd, SIZE);
	if (memory == MAP_FAILED)
		ktap_bail_out("cannot map %s: %s", kind_names[backing->kind], strerror(errno));
	if (!is_writable && mprotect(memory, SIZE, PROT_READ))
		ktap_bail_out("cannot make %s read-only: %s", kind_names[backing->kind], strerror(errno));
	request.vaddr = (uintptr_t)memory;
	request.flags = VFIO_DMA_MAP_FLAG_READ | (is_writable ? VFIO_DMA_MAP_FLAG_WRITE : 0);
	result = ioctl(container, VFIO_IOMMU_MAP_DMA, &request) ? -errno : 0;
	is_right = result == expected;
	ktap_say("VFIO_IOMMU_MAP_DMA of %s, %s: %d (%s), expected %d (%s)", kind_names[backing->kind], mode, result,
		 text_of(result), expected, text_of(expected));
	if (!result)
		is_right &= unmap(container);
	munmap(memory, SIZE);
	if (fd >= 0)
		close(fd);
	ktap_result(is_right, "map %s %s", kind_names[backing->kind], mode);
}

int main(int count, char **words)
{
	struct backing backings[2 * KINDS];
	struct utsname names;
	int container;

	if (count < 3 || count - 2 > 2 * KINDS) {
		fprintf(stderr, "vfio-map VENDOR:DEVICE BACKING…\n");
		return 2;
	}
	for (int i = 2; i < count; i++) {
		if (!parse_backing(words[i], &backings[i - 2])) {
			fprintf(stderr, "vfio-map: not a backing: %s\n", words[i]);
			return 2;
		}
	}
	ktap_begin(2 * (count - 2));
	if (uname(&names) || kernel_version() < 416)
		ktap_bail_out("a kernel before 4.16, for which nothing is known: %s", names.release);
	ktap_say("kernel %s", names.release);
	container = open_container(words[1]);
	for (int i = 0; i < count - 2; i++) {
		try(container, &backings[i], 1);
		try(container, &backings[i], 0);
	}
	return ktap_end();
}
