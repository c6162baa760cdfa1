// SPDX-License-Identifier: GPL-2.0
/*
 * dm-big-ioctl MIB: one device-mapper ioctl with a buffer of MIB mebibytes.
 *
 * The kernel copies the whole buffer (drivers/md/dm-ioctl.c, copy_params())
 * into memory of its own by kvmalloc() with GFP_NOIO; 5.10 does so within
 * memalloc_noio_save(), later kernels leave that to vmalloc. A table of many
 * targets takes the same way.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* struct dm_ioctl has 32 bits for the size. */
#define MOST_MIB 2047

int main(int argc, char **argv)
{
	char *end;
	unsigned long mib = argc == 2 ? strtoul(argv[1], &end, 10) : 0;

	if (mib < 1 || mib > MOST_MIB || *end) {
		fprintf(stderr, "usage: %s MIB (1 to %d)\n", argv[0], MOST_MIB);
		return 2;
	}

	struct dm_ioctl *request = calloc(1, mib << 20);
	int control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);

	if (!request || control < 0) {
		fprintf(stderr, "%s: %s\n", request ? "/dev/mapper/control" : "calloc", strerror(errno));
		return 2;
	}
	request->version[0] = DM_VERSION_MAJOR;
	request->data_size = mib << 20;
	request->data_start = sizeof(*request);
	if (ioctl(control, DM_LIST_DEVICES, request) != 0) {
		fprintf(stderr, "DM_LIST_DEVICES with %lu MiB: %s\n", mib, strerror(errno));
		return 1;
	}
	printf("DM_LIST_DEVICES with %lu MiB: device-mapper %u.%u.%u\n", mib, request->version[0],
	       request->version[1], request->version[2]);
	close(control);
	free(request);
	return 0;
}
