package io.tailrace.samples;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lines of fields, as in a CSV file; plain text is fields with blanks between them. Stored and counted by one column: the first
 * whose values repeat, since counting what never comes twice shows nothing.
 */
final class DelimitedFormat implements LineFormat {
    private static final char[] DELIMITERS = {'\t', ';', ',', '|'};
    private static final int MAX_GROUP_CHARS = 60;
    private static final String EMPTY = "(empty)";

    private final char delimiter;
    private final int column;
    private final String title;

    DelimitedFormat(char delimiter, int column, String title) {
        this.delimiter = delimiter;
        this.column = column;
        this.title = title;
    }

    static DelimitedFormat detect(List<String> lines) {
        List<String> filled = lines.stream().filter(line -> !line.isBlank()).toList();
        for (char delimiter : DELIMITERS) {
            int columns = columns(filled, delimiter);
            if (columns > 1) {
                int column = repeatingColumn(filled, delimiter, columns);
                return new DelimitedFormat(delimiter, column, title(filled, delimiter, column));
            }
        }
        return new DelimitedFormat(' ', 0, "first word");
    }

    /** How many columns all lines have, or 0 if they differ. */
    private static int columns(List<String> lines, char delimiter) {
        int columns = 0;
        for (String line : lines) {
            int here = Fields.count(line, delimiter);
            if (columns != 0 && here != columns) {
                return 0;
            }
            columns = here;
        }
        return columns;
    }

    private static int repeatingColumn(List<String> lines, char delimiter, int columns) {
        List<String> body = lines.subList(Math.min(1, lines.size() - 1), lines.size());
        for (int column = 0; column < columns; column++) {
            Set<String> values = new HashSet<>();
            for (String line : body) {
                values.add(Fields.field(line, delimiter, column));
            }
            if (values.size() > 1 && values.size() * 4 <= body.size()) {
                return column;
            }
        }
        return 0;
    }

    /** The name in the first line, if that looks like a header: one with words, and not a value that comes again. */
    private static String title(List<String> lines, char delimiter, int column) {
        String first = Fields.field(lines.get(0), delimiter, column);
        boolean comesAgain = lines.stream().skip(1).anyMatch(line -> Fields.field(line, delimiter, column)
                .equals(first));
        boolean aName = !first.isEmpty() && first.chars().anyMatch(Character::isLetter);
        return aName && !comesAgain ? shortened(first) : "column " + (column + 1);
    }

    private static String shortened(String text) {
        return text.length() <= MAX_GROUP_CHARS ? text : text.substring(0, MAX_GROUP_CHARS - 3) + "...";
    }

    @Override
    public String description() {
        String what =
                switch (delimiter) {
                    case ' ' -> "text";
                    case '\t' -> "fields between tabs";
                    default -> "fields between '" + delimiter + "'";
                };
        return what + "; key = " + title + ", counted by it in windows of one second of reading";
    }

    @Override
    public String groupTitle() {
        return title;
    }

    @Override
    public String amountTitle() {
        return "line bytes";
    }

    @Override
    public long windowMillis() {
        return Duration.ofSeconds(1).toMillis();
    }

    @Override
    public String key(String line) {
        String field = Fields.field(line, delimiter, column);
        return field.isEmpty() ? EMPTY : shortened(field);
    }

    @Override
    public Observation observe(String line, long readMillis, int bytes) {
        return new Observation(key(line), readMillis, bytes);
    }
}
