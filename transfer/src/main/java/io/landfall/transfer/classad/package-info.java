/// ClassAds: HTCondor's words for what a job wants and what a machine offers, in the old syntax of
/// one `Name = expression` per line.
///
/// Values are three-valued and more: what is not known is `undefined`, what makes no sense is
/// `error`, and both are values that operators carry on. A [io.landfall.transfer.classad.ClassAd]
/// holds expressions; an [io.landfall.transfer.classad.Expression] is evaluated against `MY` and
/// `TARGET`; [io.landfall.transfer.classad.Match] puts two ads together and says which clause
/// fails.
///
/// Expressions come from users and from other hosts: length, nesting, number of parts, the steps of
/// one evaluation and the size of strings are bounded. Beyond a bound parsing is refused, and an
/// evaluation's value is `error`.
///
/// May import: nothing of ours. Imported by: `transfer.config`, `transfer.submit`,
/// `transfer.daemon`, `transfer.cli`. Threads: values, expressions and ads are immutable.
package io.landfall.transfer.classad;
