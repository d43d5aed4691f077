/**
 * Consumer groups end to end: members that come, go and are killed while records are produced, and a coordinator whose node is killed. Who
 * did what is compared with what was sent: nothing is ever skipped, and nothing is done twice but what a killed member had not committed.
 */
@NullMarked
package io.tailrace.test.groups;

import org.jspecify.annotations.NullMarked;
