package io.tailrace.test.torture;

import java.util.List;

/**
 * Where a process of the run lives.
 *
 * @param name of the process
 * @param address at which others reach it
 * @param words that begin a command which is to run there; none on this machine's own network
 */
public record Host(String name, String address, List<String> words) {
    public Host {
        words = List.copyOf(words);
    }
}
