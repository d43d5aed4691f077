@org.jspecify.annotations.NullMarked
package io.tailrace.cluster.formation;
