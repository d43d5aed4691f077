package io.tailrace.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.engine.log.LogProblem;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A line for each problem as it is found, so without columns that would have to wait for the widest: severity, code, place,
 * what is wrong, and what a repair does. Or a JSON object in a line with the same.
 */
final class ProblemPrinter implements Consumer<LogProblem> {
    private static final int MAX_CHARS = 2000;

    private final PrintStream out;
    private final boolean json;
    private final Path directory;
    private final ObjectMapper mapper = new ObjectMapper();

    ProblemPrinter(PrintStream out, boolean json, Path directory) {
        this.out = out;
        this.json = json;
        this.directory = directory;
    }

    @Override
    public void accept(LogProblem problem) {
        out.println(json ? json(problem) : line(problem));
    }

    private String line(LogProblem problem) {
        StringBuilder line = new StringBuilder();
        line.append(String.format("%-7s  %-15s  ", problem.severity().name().toLowerCase(Locale.ROOT), problem.code()));
        line.append(Escaped.text(name(problem), MAX_CHARS));
        if (problem.position() >= 0) {
            line.append(" at byte ").append(problem.position());
        }
        if (problem.offset() >= 0) {
            line.append(", offset ").append(problem.offset());
        }
        line.append(": ").append(Escaped.text(problem.what(), MAX_CHARS));
        if (problem.repair() != null) {
            line.append(" (with --repair: ").append(problem.repair()).append(')');
        }
        return line.toString();
    }

    private ObjectNode json(LogProblem problem) {
        ObjectNode object = mapper.createObjectNode()
                .put("severity", problem.severity().name())
                .put("code", problem.code().name())
                .put("file", name(problem));
        if (problem.position() >= 0) {
            object.put("position", problem.position());
        }
        if (problem.offset() >= 0) {
            object.put("offset", problem.offset());
        }
        return object.put("what", problem.what()).put("repair", problem.repair());
    }

    private String name(LogProblem problem) {
        Path file = problem.file();
        return file.startsWith(directory) && !file.equals(directory)
                ? directory.relativize(file).toString()
                : file.toString();
    }
}
