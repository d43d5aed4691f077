/** Stream applications on clusters of real processes that are killed. */
package io.tailrace.test.application;
