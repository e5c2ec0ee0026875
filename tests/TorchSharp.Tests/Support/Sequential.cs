// libtorch has one random generator, and memory is that of the process: the tests run one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
