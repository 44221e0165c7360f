//! Statistics of counts, shares and histograms: pure functions.
