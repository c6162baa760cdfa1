#ifndef VMHARNESS_CLINUX_H
#define VMHARNESS_CLINUX_H

/*
 * What glibc declares for _GNU_SOURCE alone, which Swift's module of it does
 * without: memfd_create(2), and lseek(2) over the holes of sparse files.
 */
int memfd_create(const char *name, unsigned int flags);

static const unsigned int vmharness_mfd_cloexec = 1;
static const int vmharness_seek_data = 3;
static const int vmharness_seek_hole = 4;

#endif
