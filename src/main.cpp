#include <gatepost/app/cli.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    try {
        return gatepost::app::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "gatepost: %s\n", error.what());
        return gatepost::app::failed;
    }
}
