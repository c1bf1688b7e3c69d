/* A drive that lacks what the variable LACKS names, preloaded in front of the C library. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int lacks(const char *what, int error) {
    const char *lacking = getenv("LACKS");
    if (lacking == NULL || strstr(lacking, what) == NULL)
        return 0;
    errno = error;
    return 1;
}

static int is_folder(int fd) {
    struct stat file;
    return fstat(fd, &file) == 0 && S_ISDIR(file.st_mode);
}

int fsync(int fd) {
    if (is_folder(fd) ? lacks("folder-sync", EINVAL) : lacks("file-sync", EOPNOTSUPP))
        return -1;
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int fdatasync(int fd) {
    if (lacks("file-sync", EOPNOTSUPP))
        return -1;
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}

int flock(int fd, int operation) {
    if (lacks("lock-daemon", ENOLCK) || lacks("any-locks", EOPNOTSUPP))
        return -1;
    return ((int (*)(int, int))dlsym(RTLD_NEXT, "flock"))(fd, operation);
}
