// The shop: /records/shop/LANGUAGE/list, /category/NAME and /product/NAME-NUMBER.
#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "simweb/record_parts.h"

namespace spinneret::simweb::internal {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kHome = "/records/shop/";
constexpr std::uint32_t kListed = 12;
constexpr std::uint32_t kLanguages = 3;
// One product in as many has no price and is no record.
constexpr std::uint32_t kUnpriced = 7;
constexpr std::array<std::string_view, 4> kCategories = {"lamps", "chairs", "clocks", "bowls"};

// Questions for Draw.
enum : std::uint32_t {
  kMaterial = 1,
  kTitle,
  kCents,
  kPrice,
  kBrand,
  kImage,
  kStock,
  kRating,
  kDay,
  kTags,
  kSizes,
  kOffers
};

constexpr const char* kMaterials[] = {"brass", "oak", "glass", "linen", "steel", "clay"};
constexpr const char* kBrands[] = {"Oriel & Sons", "Lumi\u00E8re", "M\u00FCller", "\u5C0F\u5DDD", "Lo>Fi"};
constexpr const char* kSellers[] = {"Corner \"24/7\"", "Markt & Co", "\u00C0 la lampe", "B<2>B", "Zwei R\u00E4der"};
constexpr const char* kTagWords[] = {"new", "hand-made", "R&D", "d\u00E9co", "\u00F6ko", "50% off", "gift <3"};

struct Price {
  std::string text;
  ordered_json value;  // an integer where no decimals are written
};

struct Offer {
  std::string seller;
  std::optional<Price> price;
  bool used = false;
};

struct Product {
  std::uint32_t number = 0;
  Language language = Language::kEnglish;
  std::string title;
  std::string slug;
  std::string sku;
  std::optional<Price> price;
  Price was;
  std::string currency;
  std::optional<std::string> brand;
  std::uint32_t image = 0;  // 0: none; 1: in src; 2: in data-src, for a script to load
  bool in_stock = false;
  std::optional<double> rating;
  Date released;
  std::vector<std::string> tags;
  std::optional<ordered_json> sizes;
  std::vector<Offer> offers;
};

// Products that it takes for `records` with a price.
std::uint32_t ProductCount(std::uint32_t records) {
  return records == 0 ? 0 : records + (records - 1) / (kUnpriced - 1);
}

std::string Grouped(std::int64_t whole, std::string_view separator) {
  std::string digits = std::to_string(whole);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, separator);
  }
  return digits;
}

Price PriceOf(std::int64_t cents, Language language, std::uint32_t style) {
  const std::int64_t whole = cents / 100;
  const std::string rest = fmt::format("{:02}", cents % 100);
  const ordered_json exact = static_cast<double>(cents) / 100.0;
  const ordered_json rounded = whole;
  switch (language) {
    case Language::kEnglish: {
      const std::string grouped = Grouped(whole, ",");
      return style == 0   ? Price{fmt::format("${}.{}", grouped, rest), exact}
             : style == 1 ? Price{fmt::format("US$ {}.{}", whole, rest), exact}
             : style == 2 ? Price{fmt::format("{}.{} USD", grouped, rest), exact}
                          : Price{fmt::format("only ${}!", grouped), rounded};
    }
    case Language::kGerman: {
      const std::string grouped = Grouped(whole, ".");
      return style == 0   ? Price{fmt::format("{},{} EUR", grouped, rest), exact}
             : style == 1 ? Price{fmt::format("{},{}\u00A0\u20AC", grouped, rest), exact}
             : style == 2 ? Price{fmt::format("EUR {},{}", whole, rest), exact}
                          : Price{fmt::format("{},- \u20AC", grouped), rounded};
    }
    case Language::kFrench:
      return style == 0   ? Price{fmt::format("{},{}\u00A0\u20AC", Grouped(whole, "\u202F"), rest), exact}
             : style == 1 ? Price{fmt::format("{},{} EUR", Grouped(whole, "\u00A0"), rest), exact}
             : style == 2 ? Price{fmt::format("{},{} euros", whole, rest), exact}
                          : Price{fmt::format("{} \u20AC", Grouped(whole, " ")), rounded};
  }
  return {};
}

std::string TitleOf(std::uint32_t number, Language language, std::string_view material, std::string_view category) {
  switch (Draw(number, kTitle, 4)) {
    case 0:
      return fmt::format("{} {} \"No. {}\" & shade", material, category, number);
    case 1:
      return language == Language::kGerman ? fmt::format("{} \u201ENr. {}\u201C f\u00FCr K\u00FCche", material, number)
             : language == Language::kFrench
                 ? fmt::format("{} \u00AB\u00A0n\u00B0 {}\u00A0\u00BB d'\u00E9t\u00E9", material, number)
                 : fmt::format("The {} \u2019{} edition", material, number);
    case 2:
      return fmt::format("{} <{}> {}cm x {}cm", material, category, number % 90 + 10, number % 40 + 5);
    default:
      return fmt::format("{} {} {}", material, category, number);
  }
}

Product ProductOf(std::uint32_t number) {
  Product product;
  product.number = number;
  product.language = static_cast<Language>(number % kLanguages);
  const std::string_view material = DrawOf(kMaterials, number, kMaterial);
  const std::string_view category = kCategories[number / kLanguages % kCategories.size()];
  product.title = TitleOf(number, product.language, material, category);
  product.slug = fmt::format("{}-{}-{}", material, category, number);
  product.sku = fmt::format("SW-{:05}/{}", number, category.substr(0, 1));
  product.currency = product.language == Language::kEnglish ? "USD" : "EUR";
  const std::int64_t cents = 500 + Draw(number, kCents, 2) * 100'000 + Draw(number, kCents + 100, 350'000);
  if (number % kUnpriced != 0) {
    product.price = PriceOf(cents, product.language, Draw(number, kPrice, 4));
  }
  product.was = PriceOf(cents + 5'000, product.language, 0);
  if (Draw(number, kBrand, 3) != 0) {
    product.brand = DrawOf(kBrands, number, kBrand + 100);
  }
  product.image = Draw(number, kImage, 3);
  product.in_stock = Draw(number, kStock, 3) != 0;
  if (Draw(number, kRating, 2) == 0) {
    product.rating = (10 + Draw(number, kRating + 100, 41)) / 10.0;
  }
  product.released =
      Date(std::chrono::year(2019 + static_cast<int>(Draw(number, kDay, 6))),
           std::chrono::month(1 + Draw(number, kDay + 100, 12)), std::chrono::day(1 + Draw(number, kDay + 200, 28)));
  for (std::uint32_t i = 0; i < Draw(number, kTags, 4); ++i) {
    product.tags.emplace_back(DrawOf(kTagWords, number, kTags + 100 * (i + 1)));
  }
  if (Draw(number, kSizes, 2) == 0) {
    product.sizes = ordered_json{{"height", number % 90 + 10}, {"weight", (number % 50) / 4.0}, {"boxed", true}};
  }
  for (std::uint32_t i = 0; i < Draw(number, kOffers, 4); ++i) {
    const std::uint32_t what = kOffers + 100 * (i + 1);
    Offer& offer = product.offers.emplace_back();
    offer.seller = DrawOf(kSellers, number, what);
    if (Draw(number, what + 1, 4) != 0) {
      offer.price = PriceOf(cents - 500 + Draw(number, what + 2, 1'000), product.language, Draw(number, what + 3, 4));
    }
    offer.used = Draw(number, what + 4, 2) == 0;
  }
  return product;
}

std::string LanguageHome(Language language) {
  return fmt::format("{}{}/", kHome, LanguageTag(language));
}
std::string ProductPath(const Product& product) {
  return fmt::format("{}product/{}", LanguageHome(product.language), product.slug);
}
// From the product's page; none where there is no image.
std::string ImageTarget(const Product& product) {
  return fmt::format("../images/{}.jpg?w=640&h=480", product.number);
}

// --- Pages

std::string Head(Language language, std::string_view title, std::string_view more) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n{}</head>\n",
      LanguageTag(language), Escaped(title), more);
}

std::string JsonLd(const Product& product) {
  ordered_json data = {{"@context", "https://schema.org"}, {"@type", "Product"}};
  data["name"] = product.title;
  data["sku"] = product.sku;
  if (product.brand) {
    data["brand"] = {{"@type", "Brand"}, {"name", *product.brand}};
  }
  if (product.image != 0) {
    data["image"] = ImageTarget(product);
  }
  if (product.price) {
    data["offers"] = {{"@type", "Offer"},
                      {"price", product.price->value},
                      {"priceCurrency", product.currency},
                      {"availability", product.in_stock ? "https://schema.org/InStock" : "https://schema.org/SoldOut"}};
  }
  std::string text = data.dump();
  // "</script>" in a title would end the element.
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at)) {
    text.replace(at, 1, "\\u003c");
  }
  return fmt::format("<script type=\"application/ld+json\">{}</script>\n", text);
}

std::string OpenGraph(const Product& product) {
  std::string tags =
      fmt::format("<meta property=\"og:type\" content=\"product\">\n<meta property=\"og:title\" content=\"{}\">\n",
                  Escaped(product.title));
  if (product.image != 0) {
    tags += fmt::format("<meta property=\"og:image\" content=\"{}\">\n", Escaped(ImageTarget(product)));
  }
  if (product.price) {
    tags += fmt::format(
        "<meta property=\"product:price:amount\" content=\"{}\">\n<meta property=\"product:price:currency\" "
        "content=\"{}\">\n",
        product.price->value.dump(), product.currency);
  }
  return tags;
}

std::string ListItem(const Product& product) {
  return fmt::format("<li><a href=\"{}\">{}</a> <span class=\"price\">{}</span></li>\n", ProductPath(product),
                     Escaped(product.title), product.price ? product.price->text : "?");
}

std::string OffersHtml(const Product& product) {
  std::string html = "<ul class=\"offers\">\n";
  for (const Offer& offer : product.offers) {
    html += fmt::format("<li class=\"offer\"><b class=\"seller\">{}</b> ", Escaped(offer.seller));
    html += offer.price ? fmt::format("<span class=\"price\">{}</span>", offer.price->text) : "ask for the price";
    html += offer.used ? " <i class=\"used\">used</i></li>\n" : "</li>\n";
  }
  return html + "</ul>\n";
}

std::string ProductHtml(const Product& product, std::uint32_t products) {
  std::string html = Head(product.language, product.title + " - A shop", OpenGraph(product) + JsonLd(product));
  html += fmt::format("<body>\n<nav><a href=\"{}\">A shop</a></nav>\n<main class=\"product\" data-sku=\"{}\"", kHome,
                      Escaped(product.sku));
  if (product.sizes) {
    html += fmt::format(" data-sizes=\"{}\"", Escaped(product.sizes->dump()));
  }
  html += fmt::format(">\n<h1>\n  {}\n</h1>\n", Escaped(product.title));
  if (product.brand) {
    html += fmt::format("<p>by <span class=\"brand\">{}</span></p>\n", Escaped(*product.brand));
  }
  if (product.image != 0) {
    html += fmt::format("<img class=\"photo\" {}=\"{}\" alt=\"\">\n", product.image == 1 ? "src" : "data-src",
                        Escaped(ImageTarget(product)));
  }
  html += "<div class=\"buy\">\n";
  if (product.price) {
    html += fmt::format("<s class=\"was\">{}</s> <b class=\"price\">{}</b>\n", product.was.text, product.price->text);
  }
  html += product.in_stock ? "<span class=\"in-stock\">\u2713</span>\n</div>\n"
                           : "<span class=\"sold-out\">\u2717</span>\n</div>\n";
  if (product.rating) {
    html += fmt::format("<p><data class=\"rating\" value=\"{:.1f}\">\u2605 of 5</data></p>\n", *product.rating);
  }
  html += fmt::format("<p class=\"released\">{}</p>\n", WrittenDate(product.released, product.language));
  for (const std::string& tag : product.tags) {
    html += fmt::format("<span class=\"tag\">{}</span>\n", Escaped(tag));
  }
  html += OffersHtml(product) + "</main>\n<aside>\n<ul>\n";
  // What others bought: prices that are not this product's.
  const Product other = ProductOf((product.number + kLanguages - 1) % products + 1);
  return html + ListItem(other) + "</ul>\n</aside>\n</body>\n</html>\n";
}

// Page `page` of the products that `first`, `first` + `step` … are; every `step`th is of one language, and of one category.
std::string ListHtml(Language language, std::string_view title, std::uint32_t first, std::uint32_t step,
                     std::uint32_t products, std::uint32_t page) {
  const std::uint32_t from = first + (page - 1) * kListed * step;
  const bool more = from + kListed * step <= products;
  const std::string next = more ? fmt::format("?page={}", page + 1) : "";
  // One language says where it goes on in its head alone.
  const bool in_head = language == Language::kFrench && more;
  std::string html = Head(language, title, in_head ? fmt::format("<link rel=\"next\" href=\"{}\">\n", next) : "");
  html += fmt::format("<body>\n<h1>{}</h1>\n<ul>\n", title);
  for (std::uint32_t i = 0; i < kListed && from + i * step <= products; ++i) {
    html += ListItem(ProductOf(from + i * step));
  }
  html += "</ul>\n";
  if (more && !in_head) {
    html += fmt::format("<a rel=\"next\" class=\"more\" href=\"{}\">\u2192</a>\n", next);
  }
  return html + "</body>\n</html>\n";
}

std::string HomeHtml() {
  std::string html = Head(Language::kEnglish, "A shop", "") + "<body>\n<h1>A shop</h1>\n";
  for (std::uint32_t i = 0; i < kLanguages; ++i) {
    const std::string home = LanguageHome(static_cast<Language>(i));
    html += fmt::format("<a href=\"{}list\">{}</a>\n", home, LanguageTag(static_cast<Language>(i)));
    for (const std::string_view category : kCategories) {
      html += fmt::format("<a href=\"{0}category/{1}\">{1}</a>\n", home, category);
    }
  }
  return html + "</body>\n</html>\n";
}

std::optional<std::string> PageOfLanguage(Language language, std::string_view rest, std::string_view query,
                                          std::uint32_t products) {
  constexpr std::string_view kCategory = "category/";
  constexpr std::string_view kProduct = "product/";
  constexpr auto kCategoryCount = static_cast<std::uint32_t>(kCategories.size());
  const auto list = [&](std::string_view title, std::uint32_t first, std::uint32_t step) -> std::optional<std::string> {
    const std::uint32_t count = products < first ? 0 : (products - first) / step + 1;
    const std::optional<std::uint32_t> page = PageNumber(query, std::max(1U, (count + kListed - 1) / kListed));
    return page ? std::optional(ListHtml(language, title, first, step, products, *page)) : std::nullopt;
  };
  const auto first_of = [](std::uint32_t index) { return index == 0 ? kLanguages : index; };  // numbers begin at 1
  const auto tag = static_cast<std::uint32_t>(language);
  if (rest == "list") {
    return list("Everything", first_of(tag), kLanguages);
  }
  if (rest.starts_with(kCategory)) {
    const auto found = std::find(kCategories.begin(), kCategories.end(), rest.substr(kCategory.size()));
    const auto category = static_cast<std::uint32_t>(found - kCategories.begin());
    const std::uint32_t first = category * kLanguages + tag;
    return category == kCategoryCount
               ? std::nullopt
               : list(*found, first == 0 ? kLanguages * kCategoryCount : first, kLanguages * kCategoryCount);
  }
  if (!rest.starts_with(kProduct) || !query.empty()) {
    return std::nullopt;
  }
  const std::optional<std::uint32_t> number = TrailingNumber(rest, products);
  if (!number) {
    return std::nullopt;
  }
  const Product product = ProductOf(*number);
  return product.language == language && product.slug == rest.substr(kProduct.size())
             ? std::optional(ProductHtml(product, products))
             : std::nullopt;
}

std::string RecordOf(const Product& product, std::string_view origin) {
  const auto or_null = [](const auto& value) { return value ? ordered_json(*value) : ordered_json(nullptr); };
  ordered_json record = ordered_json::object();
  record["id"] = product.number;
  record["sku"] = product.sku;
  record["title"] = product.title;
  record["price"] = product.price->value;
  record["currency"] = product.currency;
  record["brand"] = product.brand.value_or("no name");
  record["image"] =
      product.image == 0
          ? ordered_json(nullptr)
          : ordered_json(fmt::format("{}{}{}", origin, LanguageHome(product.language), ImageTarget(product).substr(3)));
  record["in_stock"] = product.in_stock;
  record["rating"] = or_null(product.rating);
  record["released"] = IsoDate(product.released);
  record["tags"] = product.tags;
  record["sizes"] = or_null(product.sizes);
  record["offers"] = ordered_json::array();
  for (const Offer& offer : product.offers) {
    if (offer.price) {
      ordered_json one = {{"seller", offer.seller}, {"price", offer.price->value}, {"used", offer.used}};
      record["offers"].push_back(std::move(one));
    }
  }
  return record.dump();
}

}  // namespace

std::optional<std::string> ShopPage(std::string_view path, std::string_view query, std::uint32_t records) {
  if (path == kHome) {
    return query.empty() ? std::optional(HomeHtml()) : std::nullopt;
  }
  for (std::uint32_t i = 0; i < kLanguages; ++i) {
    const std::string home = LanguageHome(static_cast<Language>(i));
    if (path.starts_with(home)) {
      return PageOfLanguage(static_cast<Language>(i), path.substr(home.size()), query, ProductCount(records));
    }
  }
  return std::nullopt;
}

std::vector<PublishedRecord> ShopRecords(std::uint32_t records, std::string_view origin) {
  std::vector<PublishedRecord> published;
  published.reserve(records);
  for (std::uint32_t number = 1; number <= ProductCount(records); ++number) {
    const Product product = ProductOf(number);
    if (product.price) {
      published.push_back({fmt::format("{}{}", origin, ProductPath(product)), RecordOf(product, origin)});
    }
  }
  return published;
}

}  // namespace spinneret::simweb::internal
