using CsCheck;

namespace TrueCopy.TransparencyLog.Tests;

/// <summary>Valid bytes, damaged: some bytes replaced, removed or doubled.</summary>
internal static class Mutation
{
    public static Gen<byte[]> Of(byte[] valid) =>
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Int[0, 3], Gen.Byte).Array[1, 4].Select(edits =>
        {
            var bytes = new List<byte>(valid);
            foreach (var (position, kind, value) in edits)
            {
                var at = Math.Min(position, bytes.Count - 1);
                if (at < 0)
                    break;
                switch (kind)
                {
                    case 0:
                        bytes[at] = value;
                        break;
                    case 1:
                        bytes[at] ^= (byte)(1 << (value % 8));
                        break;
                    case 2:
                        bytes.RemoveAt(at);
                        break;
                    default:
                        bytes.Insert(at, bytes[at]);
                        break;
                }
            }

            return bytes.ToArray();
        });
}
