global using KernelFlow.Numerics;
global using KernelFlow.Operators;
global using KernelFlow.Tests;
global using MathNet.Numerics.LinearAlgebra;
global using MathNet.Numerics.LinearAlgebra.Double;
