package io.tailrace.cli.local;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How this very program is run once more: the same Java, the same options, the same classes. */
final class OwnProcess {
    private static final String MAIN = "io.tailrace.cli.Main";

    private OwnProcess() {}

    /** The words of the command line. */
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        // In a session of its own it does not end with the terminal that it was started in.
        setsid().ifPresent(command::add);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option ->
                        !option.startsWith("-Dtailrace.terminals") && !option.startsWith("-Dtailrace.columns"))
                .filter(option -> !option.startsWith("-agentlib") && !option.startsWith("-javaagent"))
                .forEach(command::add);
        String classes = System.getProperty("java.class.path");
        if (classes.endsWith(".jar") && !classes.contains(File.pathSeparator)) {
            command.addAll(List.of("-jar", Path.of(classes).toAbsolutePath().toString()));
        } else {
            command.addAll(List.of("-cp", classes, MAIN));
        }
        command.addAll(List.of(arguments));
        return command;
    }

    private static Optional<String> setsid() {
        return Stream.of("/usr/bin/setsid", "/bin/setsid")
                .filter(path -> new File(path).canExecute())
                .findFirst();
    }

    /** What has nothing to read in it. */
    static File nothing() {
        return new File(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");
    }
}
