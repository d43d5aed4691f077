package io.tailrace.cluster.link;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The types behind a sealed interface. */
public final class Fixtures {
    private Fixtures() {}

    /** All records and enums that it permits, however deep. */
    public static List<Class<?>> types(Class<?> sealed) {
        List<Class<?>> all = new ArrayList<>();
        Stream.of(sealed).flatMap(Fixtures::concrete).distinct().forEach(all::add);
        return all;
    }

    private static Stream<Class<?>> concrete(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(Fixtures::concrete)
                : Stream.of(type);
    }
}
