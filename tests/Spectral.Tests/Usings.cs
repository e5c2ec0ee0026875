global using KernelFlow.Numerics;
global using KernelFlow.Operators;
global using MathNet.Numerics.LinearAlgebra;
global using MathNet.Numerics.LinearAlgebra.Double;
