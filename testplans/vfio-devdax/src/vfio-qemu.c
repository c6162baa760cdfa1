// SPDX-License-Identifier: GPL-2.0-only
//
// vfio-qemu VENDOR:DEVICE BACKING…
//
// Starts the machine's QEMU with a PCI function that is bound to vfio-pci and an NVDIMM over each backing, devdax=NODE
// or fsdax-ext4=DIR or fsdax-xfs=DIR, and stops before the guest runs: QEMU maps all of a guest's memory for DMA before
// it answers on its monitor. Prints KTAP.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "backing.h"
#include "ktap.h"

#define PROGRAM "qemu-system-x86_64"
#define FILE_SIZE (64 * MIB)
// QEMU needs a few seconds for it, where the processor is emulated; ten times as long is no hang yet.
#define LIMIT_SECONDS 240

struct output {
	char text[65536];
	size_t length;
};

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static int has(const struct output *output, const char *words)
{
	return strstr(output->text, words) != NULL;
}

// Reads what there is. Returns 0 at the end of the stream. What does not fit is read and dropped.
static int take(int fd, struct output *output)
{
	char rest[4096];
	size_t room = sizeof(output->text) - 1 - output->length;
	ssize_t count = read(fd, room ? output->text + output->length : rest, room ? room : sizeof(rest));

	if (count <= 0)
		return 0;
	if (room) {
		output->length += count;
		output->text[output->length] = 0;
	}
	return 1;
}

static void say_lines(struct output *output)
{
	char *rest = output->text, *line;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			ktap_say("QEMU: %.300s", line);
}

static void send_line(int fd, const char *line)
{
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		ktap_say("cannot write to QEMU's monitor: %s", strerror(errno));
}

struct ending {
	int is_up;     // its monitor told of the NVDIMM
	int is_late;   // it was killed
	int status;    // as waitpid(2) has it
};

// Runs QEMU until its monitor has told of its NVDIMMs, or it ends.
static struct ending run(char *const *arguments, struct output *monitor, struct output *errors)
{
	struct ending ending = {0};
	int input[2], output[2], error[2];
	long deadline = now() + LIMIT_SECONDS;
	int step = 0;
	pid_t child;

	if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC) || pipe2(error, O_CLOEXEC))
		ktap_bail_out("cannot make pipes: %s", strerror(errno));
	child = fork();
	if (child < 0)
		ktap_bail_out("cannot fork: %s", strerror(errno));
	if (!child) {
		dup2(input[0], 0);
		dup2(output[1], 1);
		dup2(error[1], 2);
		execvp(arguments[0], arguments);
		fprintf(stderr, "cannot run %s: %s\n", arguments[0], strerror(errno));
		_exit(127);
	}
	close(input[0]);
	close(output[1]);
	close(error[1]);
	struct pollfd ends[2] = {{.fd = output[0], .events = POLLIN}, {.fd = error[0], .events = POLLIN}};

	while (ends[0].fd >= 0 || ends[1].fd >= 0) {
		if (now() >= deadline && !ending.is_late) {
			ending.is_late = 1;
			kill(child, SIGKILL);
		}
		if (poll(ends, 2, 1000) <= 0)
			continue;
		if (ends[0].revents && !take(ends[0].fd, monitor))
			ends[0].fd = -1;
		if (ends[1].revents && !take(ends[1].fd, errors))
			ends[1].fd = -1;
		// The greeting comes once the machine with all its devices is there (QEMU: docs/interop/qmp-spec).
		if (step == 0 && has(monitor, "\"QMP\"")) {
			send_line(input[1], "{\"execute\": \"qmp_capabilities\"}\n{\"execute\": \"query-memory-devices\"}\n");
			step = 1;
		}
		if (step == 1 && has(monitor, "\"nvdimm\"")) {
			ending.is_up = 1;
			send_line(input[1], "{\"execute\": \"quit\"}\n");
			step = 2;
		}
	}
	close(input[1]);
	close(output[0]);
	close(error[0]);
	waitpid(child, &ending.status, 0);
	return ending;
}

static void try(const struct function *function, const struct backing *backing)
{
	static struct output monitor, errors;
	char object[PATH_MAX + 200], device[64], path[PATH_MAX], size_text[64];
	struct ending ending;
	const char *trouble;
	unsigned long size = FILE_SIZE;
	int expected = expected_result(backing->kind, 1, kernel_version());
	int fd = open_backing(backing, size, &trouble);
	int is_refused, is_right;
	struct stat file;

	if (trouble)
		ktap_bail_out("%s: %s", kind_names[backing->kind], trouble);
	if (backing->kind == DEVDAX) {
		// QEMU wants all of the node; a name that it does not find it would make a file of.
		if (fstat(fd, &file) || !realpath(backing->path, path))
			ktap_bail_out("%s: %s", backing->path, strerror(errno));
		char place[PATH_MAX];

		snprintf(place, sizeof(place), "/sys/dev/char/%u:%u/size", major(file.st_rdev), minor(file.st_rdev));
		if (read_line(place, size_text, sizeof(size_text)) || !(size = strtoul(size_text, NULL, 0)))
			ktap_bail_out("cannot read the size of %s", path);
	} else {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), fd);
	}
	snprintf(object, sizeof(object), "memory-backend-file,id=pm,mem-path=%s,share=on,size=%lu,align=2M", path, size);
	snprintf(device, sizeof(device), "vfio-pci,host=%s", function->address);
	char *const arguments[] = {
		PROGRAM, "-nodefaults", "-no-user-config", "-display", "none", "-machine", "q35,accel=tcg,nvdimm=on", "-m",
		"128M,slots=2,maxmem=8G", "-object", object, "-device", "nvdimm,id=nv,memdev=pm", "-device", device, "-S",
		"-qmp", "stdio", NULL,
	};

	monitor.length = errors.length = 0;
	monitor.text[0] = errors.text[0] = 0;
	ending = run(arguments, &monitor, &errors);
	close(fd);
	if (WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == 127)
		ktap_bail_out("there is no %s", PROGRAM);
	is_refused = !ending.is_up && !ending.is_late && has(&errors, "= -95 (Operation not supported)");
	if (expected)
		is_right = is_refused;
	else
		is_right = ending.is_up && WIFEXITED(ending.status) && !WEXITSTATUS(ending.status);
	say_lines(&errors);
	ktap_say("QEMU with an NVDIMM of %lu MiB over %s %s, expected: %s", size / MIB, kind_names[backing->kind],
		 ending.is_late	 ? "did not get ready in time"
		 : ending.is_up	 ? "got ready"
		 : is_refused	 ? "was refused with -95"
				 : "did not start",
		 expected ? "refused with -95" : "ready");
	ktap_result(is_right, "qemu %s", kind_names[backing->kind]);
}

int main(int count, char **words)
{
	struct backing backings[KINDS];
	struct function function;

	if (count < 3 || count - 2 > KINDS) {
		fprintf(stderr, "vfio-qemu VENDOR:DEVICE BACKING…\n");
		return 2;
	}
	for (int i = 2; i < count; i++) {
		struct backing *backing = &backings[i - 2];

		if (!parse_backing(words[i], backing) || !(is_fsdax(backing->kind) || backing->kind == DEVDAX)) {
			fprintf(stderr, "vfio-qemu: not a backing of an NVDIMM: %s\n", words[i]);
			return 2;
		}
	}
	signal(SIGPIPE, SIG_IGN);
	ktap_begin(count - 2);
	if (find_function(words[1], &function) != 1 || strcmp(function.driver, "vfio-pci"))
		ktap_bail_out("no PCI function %s that is bound to vfio-pci", words[1]);
	for (int i = 0; i < count - 2; i++)
		try(&function, &backings[i]);
	return ktap_end();
}
