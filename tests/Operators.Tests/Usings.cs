global using KernelFlow.Tests;
