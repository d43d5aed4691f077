package io.tailrace.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The paths of one kind of resource. */
interface Routes {
    /** What there is at that path, {@code null} if nothing of this kind. */
    @Nullable
    Resource at(List<String> path);
}
