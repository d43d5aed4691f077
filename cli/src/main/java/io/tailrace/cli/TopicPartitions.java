package io.tailrace.cli;

import io.tailrace.cli.client.Groups.TopicSelection;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code orders}, a topic with all its partitions, or {@code orders:0,1}. */
final class TopicPartitions implements ITypeConverter<TopicSelection> {
    private static final Pattern FORM = Pattern.compile("([^:]+)(?::(\\d{1,9}(?:,\\d{1,9})*))?");

    @Override
    public TopicSelection convert(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "'" + Escaped.text(text, 60) + "' is no topic, nor partitions of one: use TOPIC or TOPIC:0,1");
        }
        String numbers = matcher.group(2);
        return new TopicSelection(
                ServerOptions.topic(matcher.group(1)),
                numbers == null
                        ? List.of()
                        : Arrays.stream(numbers.split(","))
                                .map(Integer::valueOf)
                                .toList());
    }
}
