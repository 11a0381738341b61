// Something done in a process of its own, where it may change the process.
#pragma once

#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace gatepost::test {

// What `work`, a function that gives a string, gave; what it threw, in words of its own. Only while
// the process has one thread.
template <class Work>
std::string in_child(Work work) {
    int ends[2];
    if (pipe(ends) != 0) {
        return "no pipe";
    }
    const pid_t child = fork();
    if (child == 0) {
        // Out of the way of the descriptors that are handed over.
        constexpr int far = 100;
        dup2(ends[1], far);
        std::string result;
        try {
            result = work();
        } catch (const std::exception& error) {
            result = std::string("thrown: ") + error.what();
        }
        _exit(write(far, result.data(), result.size()) < 0 ? 1 : 0);
    }
    close(ends[1]);
    std::string said;
    char block[4096];
    for (ssize_t count = 0; (count = read(ends[0], block, sizeof(block))) > 0;) {
        said.append(block, static_cast<std::size_t>(count));
    }
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return said;
}

} // namespace gatepost::test
