namespace TrueCopy.Receipts.Tests.Inbox;

/// <summary>Names that are taken for ours are refused with the right one; those of others are left alone.</summary>
public sealed class StatedNameTests
{
    [Theory]
    [InlineData("expiry", "expires")]
    [InlineData("expiresOn", "expires")]
    [InlineData("expires-at", "expires")]
    [InlineData("EXPIRES_", "expires")]
    [InlineData("expired", "expires")]
    [InlineData("exspires", "expires")]
    [InlineData("exipres", "expires")]
    [InlineData("expires2", "expires")]
    [InlineData("valid_until", "expires")]
    [InlineData("validUntil", "expires")]
    [InlineData("notAfter", "expires")]
    [InlineData("valid_from", "validfrom")]
    [InlineData("Valid-From", "validfrom")]
    [InlineData("validform", "validfrom")]
    [InlineData("vaildfrom", "validfrom")]
    [InlineData("notbefore", "validfrom")]
    [InlineData("ref", "reference")]
    [InlineData("Reference_No", "reference")]
    [InlineData("refrence", "reference")]
    [InlineData("referance", "reference")]
    [InlineData("references", "reference")]
    [InlineData("doc_type", "type")]
    public void What_is_nearly_the_name_of_what_an_upload_states_is_told_from_it(string written, string meant) =>
        Assert.Equal(meant, StatedName.MeantBy(written, StatedName.OfUploads));

    [Theory]
    [InlineData("valid_from", "validFrom")]
    [InlineData("validfrom", "validFrom")]
    [InlineData("Expires", "expires")]
    [InlineData("sha256", "digest")]
    [InlineData("alg", "algorithm")]
    [InlineData("ref", "reference")]
    public void Likewise_the_members_of_a_manifest(string written, string meant) => Assert.Equal(meant, StatedName.MeantBy(written, StatedName.OfManifests));

    [Theory]
    [InlineData("successor_digest", "successorDigest")]
    [InlineData("SuccessorReference", "successorReference")]
    [InlineData("succesorDigest", "successorDigest")]
    [InlineData("replacedBy", "successorDigest")]
    [InlineData("reasonCode", "reason")]
    [InlineData("comment", "note")]
    [InlineData("action", "act")]
    public void Likewise_the_members_of_a_list_of_acts(string written, string meant) => Assert.Equal(meant, StatedName.MeantBy(written, StatedName.OfActs));

    [Theory]
    [InlineData("legal_name", "legalname")]
    [InlineData("Legal-Name", "legalname")]
    [InlineData("jursidiction", "jurisdiction")]
    [InlineData("algorithm", "algorithms")]
    [InlineData("retension", "retention")]
    [InlineData("retention_policy", "retention")]
    [InlineData("domains", "domain")]
    [InlineData("legalname_english", "legalname_en")]
    [InlineData("LegalName-EN", "legalname_en")]
    [InlineData("legalname_hans", "legalname_zh_hans")]
    [InlineData("legalname_zh_cn", "legalname_zh_hans")]
    [InlineData("legalname_zhHans", "legalname_zh_hans")]
    [InlineData("legalname_zh_hk", "legalname_zh_hant")]
    [InlineData("legal_name_zh_hant", "legalname_zh_hant")]
    [InlineData("legalname_tc", "legalname_zh_hant")]
    public void Likewise_what_the_registry_states(string written, string meant) => Assert.Equal(meant, StatedName.MeantBy(written, StatedName.OfIssuers));

    // What storage, clients that synchronise, offices and banks put there.
    public static TheoryData<string> Foreign { get; } =
    [
        "hdi_isfolder", "is_directory", "author", "title", "subject", "keywords", "category", "company", "creator", "language", "pages", "version", "revision", "description",
        "mtime", "ctime", "atime", "mode", "uid", "gid", "posix_owner", "posix_permissions", "modified", "created", "createdby", "last_modified", "lastwritetime", "fileid",
        "contenttype", "content_type", "mimetype", "mime", "encoding", "etag", "md5", "checksum", "sha256", "crc32", "hash", "size", "length", "filename", "name", "path", "origin", "source",
        "x-ms-client", "x-expires", "x_reference", "xvalidfrom", "traceparent", "correlationid", "requestid", "tenant", "environment", "owner", "department", "branch", "customer", "customerid",
        "account", "currency", "amount", "balance", "period", "startdate", "enddate", "date", "duedate", "status", "state", "approved", "validated", "verified", "signed", "signature",
        "preference", "preferences", "difference", "inference", "conference", "deference", "refund", "referrer", "reviewer", "express", "expense", "expert", "export", "validation", "valid", "typist", "tape", "prototype", "kind", "class", "label", "tag", "tags", "comment", "id", "key", "x", "",
    ];

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Names_of_others_are_left_alone(string name) => Assert.Null(StatedName.MeantBy(name, StatedName.OfUploads));

    [Theory]
    [InlineData("environment")]
    [InlineData("owner")]
    [InlineData("costcenter")]
    [InlineData("createdby")]
    [InlineData("attention")]
    [InlineData("main")]
    [InlineData("name")]
    [InlineData("country")]
    public void Names_of_others_are_left_alone_in_the_registry_too(string name) => Assert.Null(StatedName.MeantBy(name, StatedName.OfIssuers));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("ca", "abc", 3)]
    [InlineData("same", "same", 0)]
    public void The_distance_of_two_names_counts_letters_that_are_added_dropped_replaced_or_swapped(string left, string right, int distance) =>
        Assert.Equal((distance, distance), (NearName.Distance(left, right), NearName.Distance(right, left)));

    [Fact]
    public void Of_known_names_the_nearest_are_offered_three_at_most()
    {
        Assert.Equal(["demo-bank"], NearName.Among("demo-bnak", ["demo-bank", "demo-registry", "other"]));
        Assert.Equal(["bank-1", "bank-2", "bank-3"], NearName.Among("bank-", ["bank-3", "bank-1", "bank-2", "bank-4"]));
        Assert.Empty(NearName.Among("xyz", ["demo-bank", "", "x"]));
    }
}
