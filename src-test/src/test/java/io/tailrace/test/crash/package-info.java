/** Kills real processes under load and looks at what they had acknowledged. */
package io.tailrace.test.crash;
