package io.tailrace.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of cells as aligned lines: the first column to the left, figures to the right. */
final class TextTable {
    private static final String GAP = "  ";

    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... heads) {
        this.heads = List.of(heads);
    }

    TextTable row(String... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + heads.size() + " columns");
        }
        rows.add(List.of(cells));
        return this;
    }

    /** The head line, then the rows, with all columns. */
    List<String> lines() {
        return linesWithin(Integer.MAX_VALUE);
    }

    /** The head line, then the rows, with as many columns as fit into that many characters: the last ones are left out first. */
    List<String> linesWithin(int characters) {
        int[] widths = new int[heads.size()];
        widen(widths, heads);
        rows.forEach(row -> widen(widths, row));
        int columns = widths.length;
        while (columns > 1 && Arrays.stream(widths, 0, columns).sum() + GAP.length() * (columns - 1) > characters) {
            columns--;
        }
        int[] shown = Arrays.copyOf(widths, columns);
        List<String> lines = new ArrayList<>();
        lines.add(line(shown, heads));
        rows.forEach(row -> lines.add(line(shown, row)));
        return lines;
    }

    private static void widen(int[] widths, List<String> cells) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    private static String line(int[] widths, List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            String blanks = " ".repeat(widths[i] - cell.length());
            line.append(i == 0 ? "" : GAP).append(i == 0 ? cell + blanks : blanks + cell);
        }
        return line.toString().stripTrailing();
    }
}
